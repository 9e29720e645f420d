using TraceeMesh.Signatures.BuiltIn.PrivilegeEscalation;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.PrivilegeEscalation;

public sealed class SystemRequestKeyModificationTests
{
    [Theory]
    [InlineData("/proc/sys/kernel/sysrq", Made.Write, 1)]
    [InlineData("/proc/sysrq-trigger", Made.Write, 1)]
    [InlineData("/proc/sysrq-trigger", Made.Read, 0)]
    [InlineData("/proc/sysrq-trigger2", Made.Write, 0)]
    [InlineData("/tmp/proc/sysrq-trigger", Made.Write, 0)]
    public async Task Open_PathAndFlags_FindsThoseOnly(string path, int flags, int findings) =>
        Assert.Equal(findings, (await new SystemRequestKeyModification().FindingsOn(Made.Open(path, flags).Inside())).Count);

    [Fact]
    public async Task Open_OnTheHost_FindsNothing() => Assert.Empty(await new SystemRequestKeyModification().FindingsOn(Made.Open("/proc/sys/kernel/sysrq", Made.Write)));

    [Fact]
    public async Task Open_BeforeTheContainerStarted_FindsNothing() =>
        Assert.Empty(await new SystemRequestKeyModification().FindingsOn(Made.Open("/proc/sys/kernel/sysrq", Made.Write).InContainer(Made.Container, started: false)));
}
