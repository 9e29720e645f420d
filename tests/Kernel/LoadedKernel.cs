using TraceeMesh.Collector.Kernel;
using TraceeMesh.Contracts.Events;
using Xunit;

namespace TraceeMesh.Tests.Kernel;

/// <summary>The programs, loaded once for all tests that only trigger and look. Nothing else runs at the same time.</summary>
public sealed class LoadedKernel : IDisposable
{
    public static readonly EventSet AllEvents = new(
        EventIds.Ptrace,
        EventIds.SchedProcessFork,
        EventIds.SchedProcessExec,
        EventIds.SchedProcessExit,
        EventIds.CgroupAttachTask,
        EventIds.CgroupMkdir,
        EventIds.CgroupRmdir,
        EventIds.SecurityFileOpen,
        EventIds.SecurityInodeRename,
        EventIds.NetPacketDns);

    private KernelPrograms? _programs;

    public KernelPrograms Programs => _programs ??= KernelPrograms.Load(new KernelOptions());

    /// <summary>Runs what should be seen with these events on, and gives the records written meanwhile.</summary>
    public List<Record> Watch(EventSet events, Action act, bool environment = false, FilterPlan? plan = null)
    {
        Programs.Switches.MarkDrained(BootClock.Now());
        _ = Programs.Drain();
        Assert.Null(Programs.Switches.Apply(events, environment, plan));
        try
        {
            act();
        }
        finally
        {
            _ = Programs.Switches.Apply(new EventSet(), environment: false);
        }

        return Programs.Drain();
    }

    public void Dispose() => _programs?.Dispose();

    [CollectionDefinition(nameof(LoadedKernel), DisableParallelization = true)]
    public sealed class Collection : ICollectionFixture<LoadedKernel>;
}
