using TraceeMesh.Signatures.BuiltIn.PrivilegeEscalation;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.PrivilegeEscalation;

public sealed class ProcKcoreReadTests
{
    [Theory]
    [InlineData("/proc/kcore", Made.Read, 1)]
    [InlineData("/host/proc/kcore", Made.ReadWrite, 1)]
    [InlineData("/proc/kcore", Made.Write, 0)]
    [InlineData("/proc/kcore", Made.PathOnly, 0)]
    [InlineData("/myproc/kcore", Made.Read, 0)]
    public async Task Open_PathAndFlags_FindsThoseOnly(string path, int flags, int findings) =>
        Assert.Equal(findings, (await new ProcKcoreRead().FindingsOn(Made.Open(path, flags).Inside())).Count);

    [Fact]
    public async Task Open_OnTheHost_FindsNothing() => Assert.Empty(await new ProcKcoreRead().FindingsOn(Made.Open("/proc/kcore", Made.Read)));

    [Fact]
    public async Task Open_BeforeTheContainerStarted_FindsNothing() =>
        Assert.Empty(await new ProcKcoreRead().FindingsOn(Made.Open("/proc/kcore", Made.Read).InContainer(Made.Container, started: false)));
}
