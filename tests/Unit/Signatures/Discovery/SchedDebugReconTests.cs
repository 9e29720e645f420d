using TraceeMesh.Signatures.BuiltIn.Discovery;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.Discovery;

public sealed class SchedDebugReconTests
{
    [Theory]
    [InlineData("/proc/sched_debug", Made.Read, 1)]
    [InlineData("/sys/kernel/debug/sched/debug", Made.Read, 1)]
    [InlineData("/proc/sched_debug", Made.Write, 0)]
    [InlineData("/sys/kernel/debug/sched/debug2", Made.Read, 0)]
    public async Task Open_PathAndFlags_FindsThoseOnly(string path, int flags, int findings) =>
        Assert.Equal(findings, (await new SchedDebugRecon().FindingsOn(Made.Open(path, flags).Inside())).Count);

    [Fact]
    public async Task Open_OnTheHost_FindsNothing() => Assert.Empty(await new SchedDebugRecon().FindingsOn(Made.Open("/proc/sched_debug", Made.Read)));

    [Fact]
    public async Task Open_BeforeTheContainerStarted_FindsNothing() =>
        Assert.Empty(await new SchedDebugRecon().FindingsOn(Made.Open("/proc/sched_debug", Made.Read).InContainer(Made.Container, started: false)));
}
