using TraceeMesh.Signatures.BuiltIn.PrivilegeEscalation;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.PrivilegeEscalation;

public sealed class CgroupReleaseAgentTests
{
    [Theory]
    [InlineData("/sys/fs/cgroup/rdma/release_agent", Made.Write, 1)]
    [InlineData("/release_agent", Made.ReadWrite, 1)]
    [InlineData("/release_agent", Made.Read, 0)]
    [InlineData("/my_release_agent", Made.Write, 0)]
    public async Task Open_PathAndFlags_FindsThoseOnly(string path, int flags, int findings) =>
        Assert.Equal(findings, (await new CgroupReleaseAgent().FindingsOn(Made.Open(path, flags).Inside())).Count);

    [Fact]
    public async Task Open_OnTheHost_FindsNothing() => Assert.Empty(await new CgroupReleaseAgent().FindingsOn(Made.Open("/sys/fs/cgroup/rdma/release_agent", Made.Write)));

    [Fact]
    public async Task Open_BeforeTheContainerStarted_FindsNothing() =>
        Assert.Empty(await new CgroupReleaseAgent().FindingsOn(Made.Open("/sys/fs/cgroup/rdma/release_agent", Made.Write).InContainer(Made.Container, started: false)));

    [Theory]
    [InlineData("/tmp/x", "/mnt/release_agent", 1)]
    [InlineData("/mnt/release_agent", "/tmp/x", 0)]
    [InlineData("/tmp/x", "/mnt/no_release_agent", 0)]
    public async Task Rename_Paths_FindsThoseOnly(string from, string to, int findings) =>
        Assert.Equal(findings, (await new CgroupReleaseAgent().FindingsOn(Made.Rename(from, to).Inside())).Count);
}
