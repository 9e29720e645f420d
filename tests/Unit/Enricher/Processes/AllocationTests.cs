using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher.Processes;
using Xunit;
using Task = TraceeMesh.Tests.Unit.Enricher.Processes.TreeFeed.Task;

namespace TraceeMesh.Tests.Unit.Enricher.Processes;

public sealed class AllocationTests
{
    [Fact]
    public void Feeding_FullStore_AllocatesNothing()
    {
        var store = new TreeFeed(new ProcessLimits { Processes = 512, Threads = 1024, Facts = 4096, TextBytes = 1 << 20 }).Store;
        for (var i = 0u; i < 4096; i++)
        {
            Live(store, 100 + i);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 4096u; i < 8192; i++)
        {
            // Pids have been there before, as on a host that runs for a while.
            Live(store, 100 + (i % 4096), round: 1);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Feeding_GrowingStore_AllocatesLessThan700BytesForWhatItKeeps()
    {
        const int processes = 20_000;
        var store = new TreeFeed().Store;
        Live(store, 99);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0u; i < processes; i++)
        {
            Live(store, 100 + i);
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / processes, 1, 700);
        Assert.True(store.Count > processes);
    }

    [Fact]
    public void Asking_ProcessThreadAndLineage_AllocatesNothing()
    {
        var feed = new TreeFeed();
        var parent = TreeFeed.Init;
        for (var i = 0u; i < 6; i++)
        {
            var child = Task.Process(100 + i, 1000 + i);
            feed.Fork(parent, child).Exec(child, "/bin/x", 1000 + i);
            parent = child;
        }

        var views = new ProcessView[6];
        Ask(feed.Store, TreeFeed.IdOf(parent), views);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var found = Ask(feed.Store, TreeFeed.IdOf(parent), views);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(6, found);
    }

    private static int Ask(ProcessStore store, ulong id, ProcessView[] views)
    {
        var validity = new Validity(FactPosition.Open);
        _ = store.StateOf(store.Find(id), Viewpoint.Now, ref validity);
        _ = store.StateOfThread(store.FindThread(id), Viewpoint.Now, ref validity);
        return store.Lineage(store.Find(id), Viewpoint.Now, views, ref validity);
    }

    // A process that is forked, executes and ends.
    private static void Live(ProcessStore store, uint pid, uint round = 0)
    {
        var start = ((round * 1_000_000UL) + pid) * 1000;
        var head = default(RecordHead) with { HostPid = 1, HostTid = 1, LeaderStartTime = 1, StartTime = 1, Time = start };
        var child = new TaskIds { Tid = pid, NsTid = pid, Pid = pid, NsPid = pid, StartTime = start };
        store.Forked(head, new ForkBody { ParentProcess = new TaskIds { Tid = 1, Pid = 1, StartTime = 1 }, Child = child, Leader = child }, TreeFeed.At(pid), default);

        head = head with { HostPid = pid, HostTid = pid, LeaderStartTime = start, StartTime = start, HostPpid = 1, ParentStartTime = 1, Time = start + 1, Uid = 5 };
        store.Executed(head, pid, new ProgramFacts { Path = "/usr/lib/programs/of-this-length/program"u8, Arguments = "program\0--an-option=of-some-length\0and-an-argument-behind-it\0"u8 }, TreeFeed.At(pid), default);
        store.Exited(head with { Time = start + 2 }, new ExitBody { ProcessGroupExit = 1 }, TreeFeed.At(pid), default);
    }
}
