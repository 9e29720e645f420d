using TraceeMesh.TestKit;
using TraceeMesh.Collector.Kernel;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;
using Xunit;

namespace TraceeMesh.Tests.Kernel;

[Collection(nameof(LoadedKernel))]
public class DropTests
{
    [KernelFact]
    public void Records_RingFull_AreInTheRingOrCounted()
    {
        using var programs = KernelPrograms.Load(new KernelOptions { RingBytes = 4096, ShedAbove = 100 });
        _ = programs.Switches.Apply(new EventSet(EventIds.SecurityFileOpen), environment: false);
        _ = Trigger.Run("opens", "1000");
        _ = programs.Switches.Apply(new EventSet(), environment: false);

        var dropped = programs.Accounts.Dropped(DropReason.RingFull);
        var records = programs.Drain();
        Assert.True(dropped >= 900);
        Assert.Equal(programs.Accounts.Produced(), (ulong)records.Count + dropped);
        Assert.Equal(dropped, programs.Accounts.DroppedOf(EventIds.SecurityFileOpen));
        Assert.Equal(0ul, programs.Accounts.DroppedOf(EventIds.SchedProcessExec));
    }

    [KernelFact]
    public void NextRecord_AfterDrops_CarriesTheirNumberAndLeavesTheirHole()
    {
        using var programs = KernelPrograms.Load(new KernelOptions { RingBytes = 4096, ShedAbove = 100 });
        _ = programs.Switches.Apply(new EventSet(EventIds.SecurityFileOpen), environment: false);
        _ = Trigger.Run("opens", "1000");
        var before = programs.Drain();
        _ = Trigger.Run("opens", "1");
        _ = programs.Switches.Apply(new EventSet(), environment: false);

        var next = programs.Drain()[0];
        var last = before.LastOrDefault(r => r.Head.Cpu == next.Head.Cpu);
        var expected = last is null ? 0 : last.Head.Sequence + 1;
        Assert.Equal(next.Head.Dropped - (last?.Head.Dropped ?? 0), next.Head.Sequence - expected);
    }
}
