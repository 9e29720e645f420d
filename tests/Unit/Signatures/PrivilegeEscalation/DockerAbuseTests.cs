using TraceeMesh.Signatures.BuiltIn.PrivilegeEscalation;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.PrivilegeEscalation;

public sealed class DockerAbuseTests
{
    [Theory]
    [InlineData("/var/run/docker.sock", Made.Write, 1)]
    [InlineData("/docker.sock", Made.ReadWrite, 1)]
    [InlineData("/var/run/docker.sock", Made.Read, 0)]
    [InlineData("/var/run/mydocker.sock", Made.Write, 0)]
    public async Task Open_PathAndFlags_FindsThoseOnly(string path, int flags, int findings) =>
        Assert.Equal(findings, (await new DockerAbuse().FindingsOn(Made.Open(path, flags).Inside())).Count);

    [Fact]
    public async Task Open_OnTheHost_FindsNothing() => Assert.Empty(await new DockerAbuse().FindingsOn(Made.Open("/var/run/docker.sock", Made.Write)));

    [Fact]
    public async Task Open_BeforeTheContainerStarted_FindsNothing() =>
        Assert.Empty(await new DockerAbuse().FindingsOn(Made.Open("/var/run/docker.sock", Made.Write).InContainer(Made.Container, started: false)));

    [Theory]
    [InlineData("/var/run/docker.sock", 1)]
    [InlineData("docker.sock", 1)]
    [InlineData("@/docker.sock", 1)]
    [InlineData("/run/mydocker.sock", 0)]
    [InlineData("/run/docker.sock/x", 0)]
    [InlineData("", 0)]
    public async Task Connect_Path_FindsTheSocketOnly(string path, int findings) =>
        Assert.Equal(findings, (await new DockerAbuse().FindingsOn(Made.Connect(Made.Unix(path)).Inside())).Count);

    [Fact]
    public async Task Connect_OnTheHost_FindsNothing() => Assert.Empty(await new DockerAbuse().FindingsOn(Made.Connect(Made.Unix("/var/run/docker.sock"))));

    [Fact]
    public async Task Connect_OverTheNetwork_FindsNothing() => Assert.Empty(await new DockerAbuse().FindingsOn(Made.Connect(Made.Internet("10.0.0.1", 2375)).Inside()));
}
