using FsCheck;
using FsCheck.Fluent;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Detector.Lookups;
using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Lookups;
using TraceeMesh.Enricher.Processes;
using TraceeMesh.Tests.Unit.Enricher.Processes;
using Xunit;
using Task = TraceeMesh.Tests.Unit.Enricher.Processes.TreeFeed.Task;

namespace TraceeMesh.Tests.Unit.Enricher.Lookups;

/// <summary>What a detector keeps of the tree's answers, and takes for proven by the changes it was told, is what the tree would answer.</summary>
public sealed class ProcessTreeChangesTests
{
    private static readonly Task Parent = Task.Process(50, 500);
    private static readonly Task Child = Task.Process(60, 600);

    [Fact]
    public void Any_OrderARingCanHave_NoAnswerThatIsKeptIsStale() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int[]>(), ArbMap.Default.ArbFor<int>(), (numbers, order) => Follow(numbers, order) is not null).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(4)]
    public void Long_Script_MostAnswersAreKeptAndNoneIsStale(int order)
    {
        var random = new System.Random(11);

        var follower = Follow([.. Enumerable.Range(0, 250).Select(_ => random.Next())], order);

        Assert.True(follower.Kept > 4 * follower.Asked, $"{follower.Kept} answers were kept, {follower.Asked} asked for");
    }

    [Fact]
    public void Ancestor_KnownByNameOnly_ItsFirstExecChangesTheLineage() =>
        Tell(f => f.Fork(Parent, Child).Exec(Child, "/bin/child", 610), f => f.Exec(Parent, "/bin/parent", 900), Lineage(Child), Process(Parent));

    [Fact]
    public void Ancestor_ShownByASnapshot_ChangesTheLineage() =>
        Tell(f => f.Fork(Parent, Child).Exec(Child, "/bin/child", 610), f => f.Show(Parent, TreeFeed.Init, "/bin/parent", 900), Lineage(Child), Process(Parent));

    [Fact]
    public void Ancestor_WhoseExecIsToldLate_ChangesTheLineage() =>
        Tell(
            f => f.Fork(TreeFeed.Init, Parent).Exec(Parent, "/bin/early", 510).Fork(Parent, Child).Exec(Child, "/bin/child", 610),
            f => f.Exec(Parent, "/bin/late", 590),
            Lineage(Child),
            Process(Parent));

    [Fact]
    public void Ancestor_WhosePidInItsNamespaceIsLearnt_EndsTheLineage() =>
        Tell(
            f => f.Fork(TreeFeed.Init, Parent).Exec(Parent, "/bin/parent", 510).Fork(Parent, Child).Exec(Child, "/bin/child", 610),
            f =>
            {
                f.NsPids[Parent.Pid] = 1;
                f.Fork(Parent, Task.Process(70, 700));
            },
            Lineage(Child),
            Process(Parent));

    [Fact]
    public void Ancestor_WithMoreDescendantsThanAreNamed_ChangesAllLineages() =>
        Tell(
            f =>
            {
                f.Fork(TreeFeed.Init, Parent).Exec(Parent, "/bin/early", 510).Fork(Parent, Child);
                for (var i = 0u; i < 400; i++)
                {
                    f.Fork(Parent, Task.Process(1000 + i, 601 + i));
                }
            },
            f => f.Exec(Parent, "/bin/late", 590),
            Lineage(Child),
            Process(Parent));

    [Fact]
    public void Process_NotShownByASnapshot_HasEnded() =>
        Tell(
            f => f.Fork(TreeFeed.Init, Parent).Clone(Parent, Parent.Thread(51, 520)),
            f => f.Show(TreeFeed.Init, default, "/sbin/init", 900).SnapshotEnd(950, shown: 1),
            Process(Parent),
            Process(TreeFeed.Init),
            Thread(Parent),
            Thread(Parent.Thread(51, 520)));

    [Fact]
    public void Process_SeenAgain_LivesAgain() =>
        Tell(
            f => f.Fork(TreeFeed.Init, Parent).Clone(Parent, Parent.Thread(51, 520)).Show(TreeFeed.Init, default, "/sbin/init", 900).SnapshotEnd(950, shown: 1),
            f => f.Exec(Parent.Thread(51, 520), "/bin/back", 960, oldTid: 51),
            Process(Parent),
            Process(TreeFeed.Init),
            Thread(Parent.Thread(51, 520)));

    [Fact]
    public void Thread_WhoseTidInItsNamespaceIsAnother_IsTold() =>
        Tell(
            f =>
            {
                f.NsPids[Parent.Pid] = 7;
                f.Fork(TreeFeed.Init, Parent);
            },
            f => f.Exec(Parent, "/bin/parent", 900),
            Thread(Parent));

    [Fact]
    public void Thread_ThatTakesTheIdOfTheFirstOne_LetsThatOneGoOn() =>
        Tell(
            f => f.Fork(TreeFeed.Init, Parent).Clone(Parent, Parent.Thread(51, 520)).Exit(Parent, 700, last: false),
            f => f.Exec(Parent, "/bin/parent", 900, oldTid: 51),
            Thread(Parent),
            Thread(Parent.Thread(51, 520)));

    [Fact]
    public void Thread_WhoseNameChanges_IsTold() =>
        Tell(
            f => f.Fork(TreeFeed.Init, Parent).Exec(Parent, "/bin/parent", 510),
            f =>
            {
                f.Comm = "another";
                f.Show(Parent, TreeFeed.Init, "/bin/parent", 900);
            },
            Thread(Parent));

    [Fact]
    public void Living_ThatMadeRoom_IsNoLongerTakenForAlive()
    {
        var follower = new Follower(new ProcessLimits { Processes = 32, Threads = 64, Facts = 256 });
        follower.Feed.Fork(TreeFeed.Init, Parent).Exec(Parent, "/bin/parent", 510);
        follower.Frame();
        follower.Ask(Process(Parent));
        Assert.True(follower.Keeps(Process(Parent)));

        for (var i = 0u; i < 64; i++)
        {
            follower.Feed.Fork(TreeFeed.Init, Task.Process(1000 + i, 2000 + i));
        }

        follower.Frame();
        Assert.True(follower.Feed.Store.EvictedLiving > 0);
        Assert.Equal(0, follower.Feed.Find(Parent));
        Assert.False(follower.Keeps(Process(Parent)));
    }

    [Fact]
    public void Everything_Forgotten_IsTold()
    {
        var follower = new Follower();
        follower.Feed.Fork(TreeFeed.Init, Parent);
        follower.Frame();
        follower.Ask(Process(Parent));

        follower.Feed.Store.Clear();
        follower.Feed.Exec(Child, "/bin/child", 900);
        follower.Frame();

        Assert.False(follower.Keeps(Process(Parent)));
    }

    // Whatever is told of before, then asked for, then changed by the second part: the answers are others then, and none is kept.
    private static void Tell(Action<TreeFeed> before, Action<TreeFeed> then, params LookupKey[] changed)
    {
        var follower = new Follower();
        before(follower.Feed);
        follower.Frame();
        foreach (var key in changed)
        {
            follower.Ask(key);
        }

        // A frame in which nothing happens to them.
        follower.Feed.SetParent(Task.Process(9000, 650), Task.Process(9001, 640));
        follower.Feed.Exec(Task.Process(9000, 650), "/bin/bystander", 860);
        follower.Frame();
        Assert.All(changed, key => Assert.True(follower.Keeps(key), $"{key} is not kept"));
        var answers = changed.Select(follower.Infos).ToList();

        then(follower.Feed);
        follower.Frame();

        for (var i = 0; i < changed.Length; i++)
        {
            Assert.NotEqual(answers[i], follower.Infos(changed[i]));
            Assert.False(follower.Keeps(changed[i]), $"{changed[i]} is stale");
        }
    }

    private static Follower Follow(int[] numbers, int order)
    {
        var script = new TreeScript(numbers);
        var everybody = script.Everybody.ToList();
        var keys = everybody.SelectMany(t => new[] { Process(t), Thread(t), Lineage(t), At(t, 25), At(t, 75) }).Concat(script.Threads.Select(Thread)).ToList();
        var follower = new Follower();
        var deeds = 0;
        script.FeedTo(follower.Feed, order, time =>
        {
            follower.Until(time);

            // Frames of one to three records.
            if (++deeds % 3 != 1)
            {
                follower.Frame();
                keys.ForEach(follower.Ask);
            }
        });
        return follower;
    }

    private static LookupKey Process(Task task) => LookupKey.Process(TreeFeed.IdOf(task.First()));

    private static LookupKey Thread(Task task) => LookupKey.Thread(TreeFeed.IdOf(task));

    private static LookupKey Lineage(Task task) => LookupKey.Lineage(TreeFeed.IdOf(task.First()), 5);

    // A lineage as of a time after the begin of a process, whenever it is asked.
    private static LookupKey At(Task task, long later) =>
        DataValue.MapOf(("entityId", TreeFeed.IdOf(task.First())), ("maxDepth", 5), ("time", task.Start + later));

    /// <summary>A tree that tells its changes frame by frame, and a detector's cache that follows them.</summary>
    private sealed class Follower
    {
        private const string Node = "node-a";
        private const uint Load = 7;

        private readonly NodeStores _stores;
        private readonly NearCache _cache = new();
        private readonly ChangeChain _chain = new();
        private readonly ProcessTreeSource _source;
        private readonly ProcessStore _store;
        private long _told;
        private long _number;
        private long _time = 1000;

        public Follower(ProcessLimits? limits = null)
        {
            _stores = new NodeStores(processes: limits);
            _stores.BeginLoad(Load);
            _store = _stores.Processes;
            _source = new ProcessTreeSource(_stores);
            Feed = new TreeFeed(store: _store);
            Frame();
        }

        public TreeFeed Feed { get; }

        public int Kept { get; private set; }

        public int Asked { get; private set; }

        private long Position => _told - 1;

        /// <summary>Whoever asks does so at this time, or later.</summary>
        public void Until(long time) => _time = Math.Max(_time, time);

        /// <summary>The frame ends here.</summary>
        public void Frame()
        {
            _stores.Advance(new StorePosition(0, Feed.Offset));
            _chain.Add(new ChangeNotice { Incarnation = 1, Number = ++_number, LoadId = Load, From = _told, To = Feed.Offset, Keys = [.. _store.Changes.Keys], All = _store.Changes.All });
            _store.Changes.Clear();
            _told = Feed.Offset;
        }

        /// <summary>Asks for the last event: what is kept must be what the tree says; what is not is.</summary>
        public void Ask(LookupKey key)
        {
            var said = Said(key);
            if (_cache.TryGet(Node, Load, Position, key, _chain, out var kept))
            {
                Kept++;
                Assert.True(Infos(said).SequenceEqual(Infos(kept)), $"{key} is stale at {Position}");
            }
            else if (said.Status == LookupStatus.Found)
            {
                Asked++;
                _cache.Add(Node, Load, key, said);
            }
        }

        public bool Keeps(LookupKey key) => _cache.TryGet(Node, Load, Position, key, _chain, out _);

        public DataValue[] Infos(LookupKey key) => Infos(Said(key));

        private LookupResult Said(LookupKey key) => _source.Answer(key.Value, new AsOf(new StorePosition(0, Position), _time, 0));

        // Without the time as of which it was asked, which is of the event that asked first.
        private static DataValue[] Infos(LookupResult result) => result.Values["process_lineage"] is { Kind: DataKind.List } lineage
            ? [.. lineage.List.Select(p => p["info"])]
            : [result.Values["process_info"]["info"], result.Values["thread_info"]["info"]];
    }
}
