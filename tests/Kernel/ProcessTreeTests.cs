using TraceeMesh.TestKit;
using System.Text;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher.Processes;
using Xunit;

namespace TraceeMesh.Tests.Kernel;

/// <summary>The process tree fed by the real kernel.</summary>
[Collection(nameof(LoadedKernel))]
public class ProcessTreeTests(LoadedKernel kernel)
{
    [KernelFact]
    public void Exec_ByAnotherThreadThanTheFirst_IsThatProcess()
    {
        Trigger trigger = null!;
        var records = kernel.Watch(Tree.Needs, () => trigger = Trigger.Run("reexec", beforeItGoesOn: _ => { }));
        var exec = records.Last(r => r.Event == EventIds.SchedProcessExec && r.Head.HostPid == trigger.ProcessId);
        Assert.Equal((uint)trigger.Number("executes"), exec.Read<ExecBody>().Body.OldTid);
        Assert.Equal(((uint)trigger.ProcessId, trigger.ProcessId), (exec.Head.HostTid, trigger.Number("after.tid")));
        Assert.Equal(exec.Head.LeaderStartTime, exec.Head.StartTime);

        var tree = new Tree(records);
        var at = new Viewpoint((long)exec.Head.Time, FactPosition.Open);
        var process = tree.See(trigger.ProcessId, at);
        Assert.Equal((true, exec.Head.Time), (process.IsAlive, (ulong)process.ExecTime));
        Assert.Equal([(uint)trigger.ProcessId], tree.ThreadsOf(process, at));
        Assert.Equal($"{Trigger.PathOf("reexec")}\0again\0", Encoding.UTF8.GetString(tree.Store.Command(process)));
        Assert.True(tree.SeeThread(trigger.ProcessId, at).IsAlive);
        Assert.False(tree.SeeThread(trigger.Number("executes"), at).IsAlive);
        Assert.False(tree.SeeThread(trigger.Number("bystander"), at).IsAlive);

        var before = at with { Time = (long)exec.Head.Time - 1, Position = FactPosition.Open };
        Assert.True(tree.SeeThread(trigger.Number("executes"), before).IsAlive);
    }

    [KernelFact]
    public void Exit_WithChildren_TheyAreWhoseTheKernelSays()
    {
        Trigger trigger = null!;
        var tree = Tree.Watch(kernel, () => trigger = Trigger.Run("orphan"));

        foreach (var name in (string[])["plain", "near", "inner"])
        {
            var orphan = trigger.Number(name + ".orphan");
            Assert.Equal((name, trigger.Number(name + ".reaper")), (name, tree.See(orphan).ParentPid));
            var born = tree.See(orphan).Start;
            Assert.Equal((name, trigger.Number(name)), (name, tree.See(orphan, new Viewpoint(born, FactPosition.Open)).ParentPid));
        }

        Assert.Equal(trigger.ProcessId, trigger.Number("near.reaper"));
        Assert.Equal(trigger.Number("inner.pid"), trigger.Number("inner.reaper"));
    }

    [KernelFact]
    public void Snapshot_OfThreads_HasThemAll()
    {
        Tree tree = null!;
        var trigger = Trigger.Run("threads", beforeItGoesOn: pid => tree = SnapshotOnceReady(pid, 3));

        var process = tree.See(trigger.ProcessId);
        Assert.Equal([.. new[] { trigger.ProcessId, trigger.Number("first"), trigger.Number("second") }.Select(n => (uint)n).Order()], tree.ThreadsOf(process));
        foreach (var name in (string[])["first", "second"])
        {
            var thread = tree.SeeThread(trigger.Number(name));
            var comm = thread.Name;
            Assert.Equal(name, Encoding.UTF8.GetString(RecordReader.Text(in comm)));
            Assert.Equal((process.Id, (uint)trigger.ProcessId, true), (thread.ProcessId, thread.Pid, thread.IsAlive));
        }
    }

    [KernelFact]
    public void Snapshot_OfProcessWhoseFirstThreadHasEnded_IsOfTheOthers()
    {
        Tree tree = null!;
        var trigger = Trigger.Run("threads", beforeItGoesOn: pid => tree = SnapshotOnceReady(pid, 3, firstIsGone: true), "gone");

        var process = tree.See(trigger.ProcessId);
        Assert.Equal((Trigger.PathOf("threads"), true), (tree.PathOf(process), process.IsAlive));
        Assert.Contains((uint)trigger.Number("first"), tree.ThreadsOf(process));
        Assert.Contains((uint)trigger.Number("second"), tree.ThreadsOf(process));
    }

    [KernelFact]
    public void Snapshot_OfTheHost_IsTheTreeOfProc()
    {
        var before = ProcFile.All();
        var tree = Tree.Watch(kernel, () => { });
        var after = ProcFile.All();

        Assert.True(tree.Store.IsComplete);
        var compared = 0;
        foreach (var (pid, proc) in after)
        {
            // What changed while it was looked at can be either.
            if (proc.State == 'Z' || !before.TryGetValue(pid, out var earlier)
                || (earlier with { Threads = [], State = ' ' }) != (proc with { Threads = [], State = ' ' }) || !earlier.Threads.SequenceEqual(proc.Threads))
            {
                continue;
            }

            var process = tree.See(pid);
            var first = tree.SeeThread(pid);
            var name = first.Name;
            Assert.Equal((pid, proc.ParentPid, true), (process.Pid, process.ParentPid, process.IsAlive));
            Assert.Equal((pid, proc.StartTicks), (pid, (ulong)process.Start / ProcFile.TickNanoseconds));
            Assert.Equal((pid, proc.Name, proc.Uid, proc.Gid), (pid, Encoding.UTF8.GetString(RecordReader.Text(in name)), first.Uid, first.Gid));
            Assert.Equal((pid, Cut(proc.Command)), (pid, Encoding.UTF8.GetString(tree.Store.Command(process))));
            if (!proc.Executable.EndsWith(" (deleted)", StringComparison.Ordinal))
            {
                Assert.Equal((pid, proc.Executable), (pid, tree.PathOf(process)));
            }

            Assert.Equal(proc.Threads, tree.ThreadsOf(process));
            Assert.Equal(AncestorsOf(pid, after), tree.LineageOf(pid));
            compared++;
        }

        Assert.True(compared > 3, $"only {compared} processes stood still long enough to be compared");
    }

    private static uint[] AncestorsOf(uint pid, Dictionary<uint, ProcFile> all)
    {
        List<uint> ancestors = [pid];
        while (all.TryGetValue(ancestors[^1], out var process) && process.ParentPid != 0)
        {
            ancestors.Add(process.ParentPid);
        }

        return [.. ancestors];
    }

    private static string Cut(string command) => command.Length > ProcessLimits.CommandBytes ? command[..ProcessLimits.CommandBytes] : command;

    private Tree SnapshotOnceReady(int pid, int threads, bool firstIsGone = false)
    {
        Assert.True(SpinWait.SpinUntil(() => ProcTasks(pid) == threads && (!firstIsGone || IsZombie(pid)) && AreNamed(pid), TimeSpan.FromSeconds(10)));
        return Tree.Watch(kernel, () => { });
    }

    private static bool AreNamed(int pid)
    {
        var names = Directory.EnumerateDirectories($"/proc/{pid}/task").Select(d => File.ReadAllText(d + "/comm").Trim()).ToArray();
        return names.Contains("first") && names.Contains("second");
    }

    private static bool IsZombie(int pid) => File.ReadAllText($"/proc/{pid}/task/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);

    private static int ProcTasks(int pid) => Directory.EnumerateDirectories($"/proc/{pid}/task").Count();
}
