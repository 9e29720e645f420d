using TraceeMesh.Collector.Kernel;
using TraceeMesh.Contracts.Events;
using Xunit;

namespace TraceeMesh.Tests.Unit.Collector;

public sealed class ProbeReportTests
{
    [Fact]
    public void Events_ThatNoProgramGives_AreUnavailableWithWhatIsMadeFromThem()
    {
        var report = new ProbeReport([], [new(EventIds.CgroupMkdir, "refused"), new(EventIds.CgroupRmdir, null), new(EventIds.Ptrace, "refused"), new(EventIds.SnapshotEnd, "refused")]);

        Assert.Equal(["ptrace", "cgroup_mkdir", "container_create"], report.UnavailableEvents);
    }

    [Fact]
    public void Event_ThatOneOfTwoProgramsGives_IsAvailable() =>
        Assert.Empty(new ProbeReport([], [new(EventIds.NetPacketDns, "refused"), new(EventIds.NetPacketDns, null)]).UnavailableEvents);
}
