using TraceeMesh.Enricher.Processes;
using Xunit;
using Task = TraceeMesh.Tests.Unit.Enricher.Processes.TreeFeed.Task;

namespace TraceeMesh.Tests.Unit.Enricher.Processes;

public sealed class SnapshotMergeTests
{
    private static readonly Task Shell = Task.Process(100, 1000);
    private static readonly Task Child = Task.Process(200, 2000);

    private readonly TreeFeed _feed = new(complete: false);

    [Fact]
    public void SnapshotEnded_First_CompletesTheHistoryFromThere()
    {
        Assert.False(_feed.Store.IsComplete);

        _feed.Show(TreeFeed.Init, default, "/sbin/init", 5000).SnapshotEnd(6000, shown: 1);

        Assert.True(_feed.Store.IsComplete);
        Assert.Equal((TreeFeed.At(1), 6000L), (_feed.Store.HistoryFrom, _feed.Store.HistoryFromTime));
    }

    [Fact]
    public void Existing_KnownAlready_ChangesNothing()
    {
        _feed.Fork(TreeFeed.Init, Shell).Exec(Shell, "/bin/sh", 1500, arguments: "sh").Fork(Shell, Child);
        var facts = _feed.Store.FactCount;

        _feed.Show(TreeFeed.Init, default, "/sbin/init", 5000).Show(Shell, TreeFeed.Init, "/bin/sh", 5001, "sh").Show(Child, Shell, "/bin/sh", 5002, "sh").SnapshotEnd(6000, shown: 3);
        var first = _feed.Store.FactCount;
        _feed.Show(TreeFeed.Init, default, "/sbin/init", 7000).Show(Shell, TreeFeed.Init, "/bin/sh", 7001, "sh").Show(Child, Shell, "/bin/sh", 7002, "sh").SnapshotEnd(8000, shown: 3);

        // The first said what init is.
        Assert.Equal((facts + 2, facts + 2), (first, _feed.Store.FactCount));
        Assert.Equal(1500, _feed.See(Shell).ExecTime);
        Assert.Equal([200u, 100u, 1u], _feed.LineageOf(Child));
    }

    [Fact]
    public void SnapshotEnded_ProcessNotInIt_HasEndedUnseen()
    {
        var thread = Shell.Thread(101, 1100);
        _feed.Fork(TreeFeed.Init, Shell).Clone(Shell, thread).Fork(Shell, Child);

        _feed.Show(TreeFeed.Init, default, "/sbin/init", 5000).Show(Shell, TreeFeed.Init, "/bin/sh", 5001).Fork(Shell, Task.Process(300, 5002)).SnapshotEnd(6000, shown: 2);

        Assert.Equal((false, 6000L), (_feed.See(Child).IsAlive, _feed.See(Child).Exit));
        Assert.False(_feed.SeeThread(thread).IsAlive);
        Assert.True(_feed.See(Shell).IsAlive);
        Assert.True(_feed.See(Task.Process(300, 5002)).IsAlive);
    }

    [Fact]
    public void SnapshotEnded_RecordsOfItMissing_NobodyIsTakenForDead()
    {
        _feed.Fork(TreeFeed.Init, Shell).Show(TreeFeed.Init, default, "/sbin/init", 5000).SnapshotEnd(6000, shown: 2);

        Assert.True(_feed.See(Shell).IsAlive);
    }

    [Fact]
    public void Any_OfProcessTakenForDead_ItLives()
    {
        _feed.Fork(TreeFeed.Init, Shell).Fork(Shell, Child).Show(TreeFeed.Init, default, "/sbin/init", 5000).SnapshotEnd(6000, shown: 1);
        Assert.False(_feed.See(Child).IsAlive);

        _feed.Exec(Child, "/bin/true", 7000);

        Assert.True(_feed.See(Child).IsAlive);
        Assert.True(_feed.See(Shell).IsAlive);
        Assert.Equal([200u], _feed.ChildrenOf(Shell));
    }

    [Fact]
    public void Lineage_OfWhatASnapshotShowed_IsWhole()
    {
        _feed.BeginLoad(9000);
        _feed.Show(TreeFeed.Init, default, "/sbin/init", 9500).Show(Shell, TreeFeed.Init, "/bin/sh", 9500).Show(Child, Shell, "/bin/true", 9500);

        Assert.Equal([200u, 100u, 1u], _feed.LineageOf(Child));
        Assert.Equal([200u, 100u, 1u], _feed.LineageOf(Child, new Viewpoint(9000, _feed.Position)));
    }

    [Fact]
    public void Existing_AfterItsExit_StaysDead()
    {
        _feed.Fork(TreeFeed.Init, Shell).Exit(Shell, 5000).Show(Shell, TreeFeed.Init, "/bin/sh", 4999);

        Assert.False(_feed.See(Shell).IsAlive);
    }

    [Fact]
    public void BeginLoad_OfTheSameBoot_KeepsWhatIsKnownAndIsNotComplete()
    {
        _feed.Fork(TreeFeed.Init, Shell).Show(Shell, TreeFeed.Init, "/bin/sh", 2000).SnapshotEnd(3000, shown: 1);

        _feed.BeginLoad(4000);

        Assert.False(_feed.Store.IsComplete);
        Assert.True(_feed.See(Shell).IsAlive);
    }

    [Fact]
    public void BeginLoad_OfAnotherBoot_ForgetsEverything()
    {
        _feed.Fork(TreeFeed.Init, Shell);

        _feed.Store.BeginLoad(TreeFeed.Seed + 1, new FactStamp(1, TreeFeed.At(0)));

        Assert.Equal(0, _feed.Store.Count);
    }
}
