using System.Diagnostics;
using TraceeMesh.Collector.Kernel;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Kernel;

/// <summary>Events read from kernel objects, more than there is room for, and of processes that are killed in the middle of them.</summary>
[Collection(nameof(LoadedKernel))]
public class StormTests(LoadedKernel kernel)
{
    private static readonly int[] Told =
    [
        EventIds.MagicWrite,
        EventIds.FileModification,
        EventIds.SecurityInodeUnlink,
        EventIds.SecuritySocketBind,
        EventIds.SocketDup,
        EventIds.MemProtAlert,
        EventIds.TaskRename,
        EventIds.SetFsPwd,
    ];

    [KernelFact]
    public void Ring_KeptFull_HoldsOrCountsEachEvent()
    {
        using var directory = new TemporaryDirectory();
        using var programs = KernelPrograms.Load(new KernelOptions { RingBytes = 4096, ShedAbove = 100 });
        _ = programs.Switches.Apply(new EventSet(Told), environment: false);
        _ = Trigger.RunIn(directory.Path, "storm", "100");
        _ = programs.Switches.Apply(new EventSet(), environment: false);

        var records = programs.Drain();
        Assert.All(Told, id => Assert.True(programs.Accounts.DroppedOf(id) > 0, $"no {EventCatalog.Find(id)!.Name} was dropped"));
        Assert.Equal(programs.Accounts.Dropped(DropReason.RingFull), (ulong)Told.Sum(id => (long)programs.Accounts.DroppedOf(id)));
        Assert.Equal(programs.Accounts.Produced(), (ulong)records.Count + programs.Accounts.Dropped());
    }

    [KernelFact]
    public void Ring_Filling_GivesUpWhatThereIsMostOf_AndKeepsWhatMatters()
    {
        using var directory = new TemporaryDirectory();
        using var programs = KernelPrograms.Load(new KernelOptions { RingBytes = 4 << 20, ShedAbove = 10 });
        _ = programs.Switches.Apply(new EventSet([.. Told, EventIds.SchedProcessExec, EventIds.SchedProcessExit]), environment: false);
        _ = Trigger.RunIn(directory.Path, "storm", "1000");
        var last = Trigger.RunIn(directory.Path, "storm", "1");
        _ = programs.Switches.Apply(new EventSet(), environment: false);

        var records = programs.Drain();
        var shed = programs.Accounts.Dropped(DropReason.Shed);
        Assert.True(programs.Accounts.DroppedOf(EventIds.TaskRename) > 0, "nothing that goes early was given up");
        Assert.Equal(0UL, programs.Accounts.DroppedOf(EventIds.SchedProcessExec) + programs.Accounts.DroppedOf(EventIds.SchedProcessExit));
        Assert.Equal(0UL, programs.Accounts.Dropped(DropReason.RingFull));
        Assert.Contains(records, r => r.Event == EventIds.SchedProcessExit && r.Head.HostPid == last.ProcessId);
        Assert.Equal(programs.Accounts.Produced(), (ulong)records.Count + shed);
    }

    [KernelFact]
    public void Process_KilledInTheMiddle_LeavesWholeRecordsAndNoGap()
    {
        using var directory = new TemporaryDirectory();
        for (var round = 0; round < 5; round++)
        {
            var storm = 0;
            var records = kernel.Watch(new EventSet([.. Told, EventIds.SchedProcessExit]), () => storm = KillInTheMiddle(directory.Path));

            Assert.NotEmpty(SeenEvent.Of(records, storm, Told));
            Assert.All(SeenEvent.Of(records, storm, EventIds.TaskRename), e => Assert.Contains(e.Text("new_name"), (string[])["storm", "odd", "even"]));
            Assert.Contains(records, r => r.Event == EventIds.SchedProcessExit && r.Head.HostPid == storm);
            Assert.All(
                records.GroupBy(r => r.Head.Cpu),
                cpu => Assert.Equal(cpu.First().Head.Sequence + (ulong)cpu.Count() - 1, cpu.Last().Head.Sequence));
        }
    }

    [KernelFact]
    public void Files_MoreThanAreRemembered_AreForgottenAndCounted()
    {
        using var directory = new TemporaryDirectory();
        using var programs = KernelPrograms.Load(new KernelOptions());
        _ = programs.Switches.Apply(new EventSet(EventIds.FileModification), environment: false);
        var few = Trigger.RunIn(directory.Path, "hold", "100");
        Assert.Equal(0, programs.Accounts.Forgotten(Remembered.Files));
        var many = Trigger.RunIn(directory.Path, "hold", $"{RecordLimits.FilesRemembered + 2000}");
        _ = programs.Switches.Apply(new EventSet(), environment: false);

        var records = programs.Drain();
        Assert.Equal(RecordLimits.FilesRemembered + 2000, many.Number("opened"));
        Assert.InRange(programs.Accounts.Forgotten(Remembered.Files), 1000, 3000);
        Assert.Single(SeenEvent.Of(records, few.ProcessId, EventIds.FileModification));
        Assert.Empty(SeenEvent.Of(records, many.ProcessId, EventIds.FileModification));
        Assert.Equal(0, programs.Accounts.Forgotten(Remembered.Flows));
    }

    private int KillInTheMiddle(string directory)
    {
        var produced = kernel.Programs.Accounts.Produced();
        using var storm = Process.Start(new ProcessStartInfo(Trigger.PathOf("storm"), "0") { WorkingDirectory = directory })!;
        Assert.True(SpinWait.SpinUntil(() => kernel.Programs.Accounts.Produced() > produced + 500, TimeSpan.FromSeconds(30)), "the trigger does nothing");
        storm.Kill();
        storm.WaitForExit();
        return storm.Id;
    }
}
