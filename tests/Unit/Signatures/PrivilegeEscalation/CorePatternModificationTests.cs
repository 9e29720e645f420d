using TraceeMesh.Signatures.BuiltIn.PrivilegeEscalation;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.PrivilegeEscalation;

public sealed class CorePatternModificationTests
{
    [Theory]
    [InlineData("/proc/sys/kernel/core_pattern", Made.Write, 1)]
    [InlineData("/host/proc/sys/kernel/core_pattern", Made.ReadWrite, 1)]
    [InlineData("/proc/sys/kernel/core_pattern", Made.Read, 0)]
    [InlineData("/tmpproc/sys/kernel/core_pattern", Made.Write, 0)]
    [InlineData("/xproc/sys/kernel/core_pattern", Made.Write, 0)]
    public async Task Open_PathAndFlags_FindsThoseOnly(string path, int flags, int findings) =>
        Assert.Equal(findings, (await new CorePatternModification().FindingsOn(Made.Open(path, flags).Inside())).Count);

    [Fact]
    public async Task Open_OnTheHost_FindsNothing() => Assert.Empty(await new CorePatternModification().FindingsOn(Made.Open("/proc/sys/kernel/core_pattern", Made.Write)));

    [Fact]
    public async Task Open_BeforeTheContainerStarted_FindsNothing() =>
        Assert.Empty(await new CorePatternModification().FindingsOn(Made.Open("/proc/sys/kernel/core_pattern", Made.Write).InContainer(Made.Container, started: false)));
}
