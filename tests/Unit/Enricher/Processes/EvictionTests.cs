using TraceeMesh.Contracts;
using TraceeMesh.Enricher.Processes;
using Xunit;
using Task = TraceeMesh.Tests.Unit.Enricher.Processes.TreeFeed.Task;

namespace TraceeMesh.Tests.Unit.Enricher.Processes;

public sealed class EvictionTests
{
    private const long Second = 1_000_000_000;

    // The store keeps room for what one record can need.
    private static readonly ProcessLimits Small = new() { Processes = 16, Threads = 64 };

    [Fact]
    public void Forked_NoRoom_TheDeadWithoutChildrenGoesFirst()
    {
        var feed = new TreeFeed(Small);
        var parent = Numbered(2);
        var dead = Numbered(3);
        feed.Fork(TreeFeed.Init, parent).Fork(parent, Numbered(4)).Exit(parent, 10 * Second).Fork(TreeFeed.Init, dead).Exit(dead, 11 * Second);

        Fill(feed, until: f => f.Store.EvictedDead == 1);

        Assert.Equal((0, true), (feed.Find(dead), feed.Find(parent) != 0));
        Assert.True(feed.Store.IsForgotten(TreeFeed.IdOf(dead)));
        Assert.True(feed.Store.IsForgotten(dead.Pid));
        Assert.False(feed.Store.IsForgotten(TreeFeed.IdOf(parent)));
    }

    [Fact]
    public void Forked_NoRoom_TheLivingWithChildrenGoLast()
    {
        var feed = new TreeFeed(Small);
        var parent = Numbered(2);
        feed.Fork(TreeFeed.Init, parent).Fork(parent, Numbered(3));

        Fill(feed, until: f => f.Store.EvictedLiving == 2);

        Assert.Equal((0, true, true), (feed.Find(Numbered(3)), feed.Find(parent) != 0, feed.Find(TreeFeed.Init) != 0));
        Assert.Equal(0, feed.Store.EvictedDead);
    }

    [Fact]
    public void Evicted_Parent_ItsChildrenStillKnowItsName()
    {
        var feed = new TreeFeed(Small);
        var (parent, child) = (Numbered(2), Numbered(3));
        feed.Fork(TreeFeed.Init, parent).Fork(parent, child).Exit(parent, 10 * Second);

        Fill(feed, until: f => f.Store.EvictedDead == 1);

        Assert.Equal((0, 2u, TreeFeed.IdOf(parent)), (feed.Find(parent), feed.See(child).ParentPid, feed.See(child).ParentId));
        Assert.Equal([3u], feed.LineageOf(child));
    }

    [Fact]
    public void Ended_LongerAgoThanTheRetention_IsForgotten()
    {
        var feed = new TreeFeed();
        var (old, young) = (Numbered(2), Numbered(3));
        feed.Fork(TreeFeed.Init, old).Exit(old, 10 * Second).Fork(TreeFeed.Init, young).Exit(young, 20 * Second);
        var retention = (long)ProcessLimits.Default.Retention.TotalNanoseconds;

        feed.Fork(TreeFeed.Init, Numbered(5), (9 * Second) + retention);
        Assert.NotEqual(0, feed.Find(old));
        feed.Fork(TreeFeed.Init, Numbered(6), (10 * Second) + retention);

        Assert.Equal((0, true), (feed.Find(old), feed.Find(young) != 0));
        Assert.Equal(10 * Second, feed.Store.HistoryFromTime);
        Assert.Equal(0, feed.Store.EvictedDead);
    }

    [Fact]
    public void Superseded_LongerAgoThanTheRetention_IsBeforeHistory()
    {
        var feed = new TreeFeed();
        var shell = Numbered(2);
        var retention = (long)ProcessLimits.Default.Retention.TotalNanoseconds;
        feed.Fork(TreeFeed.Init, shell).Exec(shell, "/a", 10 * Second).Exec(shell, "/b", 20 * Second);
        feed.Exec(shell, "/c", (20 * Second) + retention);

        Assert.Equal("/b", feed.PathOf(shell, new Viewpoint(20 * Second, FactPosition.Open)));
        Assert.Equal(EntityStatus.BeforeHistory, feed.See(shell, new Viewpoint(19 * Second, FactPosition.Open)).Status);
    }

    [Fact]
    public void Executed_OverAndOver_KeepsTheLatest()
    {
        var feed = new TreeFeed(new ProcessLimits { Depth = 4 });
        var shell = Numbered(2);
        feed.Fork(TreeFeed.Init, shell);
        for (var i = 0; i < 100; i++)
        {
            feed.Exec(shell, $"/{i}", (10 + i) * Second);
        }

        Assert.Equal("/96", feed.PathOf(shell, new Viewpoint(106 * Second, FactPosition.Open)));
        Assert.Equal(EntityStatus.BeforeHistory, feed.See(shell, new Viewpoint(105 * Second, FactPosition.Open)).Status);
    }

    [Fact]
    public void Any_MoreThanThereIsRoomFor_NothingIsBeyondItsBound()
    {
        var limits = new ProcessLimits { Processes = 64, Threads = 96, Facts = 128, TextBytes = 256 << 10 };
        var feed = new TreeFeed(limits);
        var random = new Random(7);
        for (var i = 2; i < 5000; i++)
        {
            var task = Numbered((uint)i);
            feed.Fork(Numbered((uint)random.Next(1, i)), task).Clone(task, task.Thread((uint)(10_000 + i), task.Start + 1));
            feed.Exec(task, "/bin/" + new string('x', random.Next(300)), task.Start + 2, arguments: new string('y', random.Next(600)));
            if (random.Next(3) > 0)
            {
                feed.Exit(Numbered((uint)random.Next(1, i)), task.Start + 3, reaper: TreeFeed.Init);
            }
        }

        Assert.InRange(feed.Store.Count, 1, 64);
        Assert.InRange(feed.Store.ThreadCount, 1, 96);
        Assert.InRange(feed.Store.FactCount, 1, 3 * 128);
        Assert.InRange(feed.Store.TextBytes, 1, 256 << 10);
        feed.Store.Clear();
        Assert.Equal((0, 0, 0, 0L), (feed.Store.Count, feed.Store.ThreadCount, feed.Store.FactCount, feed.Store.TextBytes));
    }

    [Fact]
    public void Forgotten_Everything_NothingIsLeftBehind()
    {
        var feed = new TreeFeed();
        for (var i = 2u; i < 500; i++)
        {
            var task = Numbered(i);
            feed.Fork(TreeFeed.Init, task).Clone(task, task.Thread(10_000 + i, task.Start + 1)).Exec(task, $"/bin/{i}", task.Start + 2, arguments: $"{i}").Exit(task, task.Start + 3);
        }

        var later = 2 * (long)ProcessLimits.Default.Retention.TotalNanoseconds;
        for (var i = 0; i < 500; i++)
        {
            feed.Exit(TreeFeed.Init, later);
        }

        // Init, ended just now: its thread, name, image.
        Assert.Equal((1, 1, 2, 0L), (feed.Store.Count, feed.Store.ThreadCount, feed.Store.FactCount, feed.Store.TextBytes));
    }

    [Fact]
    public void Forked_IdIsAnotherOnes_HasOneOfItsOwn()
    {
        var feed = new TreeFeed();
        var one = Task.Process(100, 1000);
        var other = Enumerable.Range(200, 100).Select(pid => TwinOf(one, (uint)pid)).First(t => t.Start > 0);
        Assert.Equal(TreeFeed.IdOf(one), TreeFeed.IdOf(other));

        feed.Fork(TreeFeed.Init, one).Fork(one, other);
        var id = feed.Store.IdOf(other.Pid, (ulong)other.Start);

        Assert.Equal(1, feed.Store.Collisions);
        Assert.Equal(TreeFeed.IdOf(one), feed.Store.IdOf(one.Pid, (ulong)one.Start));
        Assert.NotEqual(TreeFeed.IdOf(one), id);
        Assert.InRange(id, 1UL, (1UL << 53) - 1);
        var validity = new Validity(FactPosition.Open);
        var view = feed.Store.StateOf(feed.Store.Find(id), Viewpoint.Now, ref validity);
        Assert.Equal((other.Pid, 100u, TreeFeed.IdOf(one)), (view.Pid, view.ParentPid, view.ParentId));
        Assert.Equal(100u, feed.See(one).Pid);
    }

    // The start that gives a task of this pid the same id.
    private static Task TwinOf(Task task, uint pid) =>
        Task.Process(pid, (long)(Unmix(Hash.Mix(TreeFeed.Seed ^ (ulong)task.Start) + task.Pid - pid) ^ TreeFeed.Seed));

    // The finalizer of MurmurHash3 backwards.
    private static ulong Unmix(ulong value)
    {
        value ^= value >> 33;
        value *= 0x9cb4b2f8129337db;
        value ^= value >> 33;
        value *= 0x4f74430c22a54005;
        return value ^ (value >> 33);
    }

    private static Task Numbered(uint pid) => Task.Process(pid, pid == 1 ? 1 : pid * Second / 1000);

    private static void Fill(TreeFeed feed, Func<TreeFeed, bool> until)
    {
        for (var pid = 1000u; !until(feed); pid++)
        {
            Assert.True(pid < 2000, "it never came to that");
            feed.Fork(TreeFeed.Init, Numbered(pid));
        }
    }
}
