using TraceeMesh.Collector.Kernel;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Kernel;

[Collection(nameof(LoadedKernel))]
public class SwitchTests(LoadedKernel kernel)
{
    [KernelFact]
    public void Report_OnThisKernel_SaysThatEverythingWorksButWhatItHasNoHookFor()
    {
        var modules = File.Exists("/proc/modules");
        var declared = EventCatalog.All.Where(d => d.Unavailable is not null).Select(d => d.Name);
        Assert.Equal(modules ? [] : ["module_load"], kernel.Programs.Report.UnavailableEvents.Except(declared));
        Assert.Equal(modules, kernel.Programs.Report.IsComplete);
        Assert.All(kernel.Programs.Report.Events, e => Assert.True(e.IsAvailable || e.Failure!.Contains("module_load", StringComparison.Ordinal), e.Failure));
    }

    [KernelFact]
    public void Event_SwitchedOff_IsCountedAndNotProduced()
    {
        var before = kernel.Programs.Accounts.SwitchedOff();
        Trigger trigger = null!;
        var records = kernel.Watch(new EventSet(EventIds.SecurityInodeRename, EventIds.SchedProcessExec), () => trigger = Trigger.Run("opens", "100"));

        Assert.Single(records, r => r.Head.HostPid == trigger.ProcessId);
        Assert.All(records, r => Assert.Contains(r.Event, (int[])[EventIds.SchedProcessExec, EventIds.SecurityInodeRename]));
        Assert.True(kernel.Programs.Accounts.SwitchedOff() - before >= 100);
    }

    [KernelFact]
    public void Records_AllSwitchedOff_AreNone()
    {
        var records = kernel.Watch(new EventSet(), () => Trigger.Run("opens", "1"));

        Assert.Empty(records);
    }

    [KernelFact]
    public void OwnProcess_UntilItExecs_IsNotTracedButItsChildrenAre()
    {
        using var directory = new TemporaryDirectory();
        foreach (var file in (string[])["parent", "child", "successor"])
        {
            File.WriteAllText(Path.Combine(directory.Path, file), "");
        }

        var ownBefore = kernel.Programs.Accounts.OwnProcess();
        Trigger trigger = null!;
        var records = kernel.Watch(
            LoadedKernel.AllEvents,
            () => trigger = Trigger.Run("own", pid => Assert.True(kernel.Programs.Switches.AddOwnProcess(pid)), directory.Path));

        var opened = records
            .Where(r => r.Event == EventIds.SecurityFileOpen && (r.Head.HostPid == trigger.ProcessId || r.Head.HostPid == trigger.Number("child")))
            .Select(r => r.Read<FileOpenBody>().Tail[1])
            .Where(name => !name.StartsWith('/'))
            .ToArray();
        Assert.Equal(["child", "successor"], opened);
        Assert.Single(records, r => r.Event == EventIds.SchedProcessFork && r.Head.HostPid == trigger.ProcessId);
        Assert.True(kernel.Programs.Accounts.OwnProcess() > ownBefore);
        Assert.False(kernel.Programs.Switches.RemoveOwnProcess(trigger.ProcessId));
    }

    [KernelFact]
    public void OwnProcess_Exits_IsForgotten()
    {
        var trigger = Trigger.Run("wait", pid => Assert.True(kernel.Programs.Switches.AddOwnProcess(pid)));

        Assert.False(kernel.Programs.Switches.RemoveOwnProcess(trigger.ProcessId));
    }

    [KernelFact]
    public void Record_NobodyDrainsForAMinute_IsDroppedAndCounted()
    {
        var before = kernel.Programs.Accounts.Dropped(DropReason.NotDrained);
        var records = kernel.Watch(
            new EventSet(EventIds.SecurityFileOpen),
            () =>
            {
                kernel.Programs.Switches.MarkDrained(BootClock.Now() - 61_000_000_000);
                _ = Trigger.Run("opens", "100");
            });

        Assert.Empty(records);
        Assert.True(kernel.Programs.Accounts.Dropped(DropReason.NotDrained) - before >= 100);
    }
}
