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

        Assert.Equal(["ptrace", "cgroup_mkdir", "container_create"], report.UnavailableEvents.Except(Never));
    }

    [Fact]
    public void Event_ThatOneOfTwoProgramsGives_IsAvailable() =>
        Assert.Empty(new ProbeReport([], [new(EventIds.NetPacketDns, "refused"), new(EventIds.NetPacketDns, null)]).UnavailableEvents.Except(Never));

    [Fact]
    public void Events_ThatNoKernelGives_AreUnavailableEverywhere() => Assert.Subset(new ProbeReport([], []).UnavailableEvents.ToHashSet(), Never.ToHashSet());

    private static IEnumerable<string> Never { get; } = [.. EventCatalog.All.Where(d => d.Unavailable is not null).Select(d => d.Name)];
}
