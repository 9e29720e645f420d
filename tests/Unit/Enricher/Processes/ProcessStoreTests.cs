using System.Text;
using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher.Processes;
using Xunit;
using Task = TraceeMesh.Tests.Unit.Enricher.Processes.TreeFeed.Task;

namespace TraceeMesh.Tests.Unit.Enricher.Processes;

public sealed class ProcessStoreTests
{
    private static readonly Task Shell = Task.Process(100, 1000);
    private static readonly Task Child = Task.Process(200, 2000);
    private static readonly Task Grandchild = Task.Process(300, 3000);

    private readonly TreeFeed _feed = new();

    [Fact]
    public void Forked_Process_HasEverythingFilled()
    {
        _feed.Fork(TreeFeed.Init, Shell);
        _feed.Container = "c1";
        _feed.Exec(Shell, "/bin/sh", 1500, arguments: ["sh", "-c", "x"]);

        var view = _feed.See(Shell);

        Assert.Equal((100u, 100u, 1u, true), (view.Pid, view.NsPid, view.ParentPid, view.IsAlive));
        Assert.Equal((1000L, 1500L, 0L), (view.Start, view.ExecTime, view.Exit));
        Assert.Equal((TreeFeed.IdOf(Shell), TreeFeed.IdOf(TreeFeed.Init)), (view.Id, view.ParentId));
        Assert.Equal("/bin/sh", Encoding.UTF8.GetString(_feed.Store.Path(view)));
        Assert.Equal(new FileFacts(5, 6, 7, 8), _feed.Store.File(view));
        Assert.Equal("/lib/ld.so", Encoding.UTF8.GetString(_feed.Store.Interpreter(view)));
        Assert.Equal("sh\0-c\0x\0", Encoding.UTF8.GetString(_feed.Store.Command(view)));
        Assert.Equal("c1", Encoding.UTF8.GetString(_feed.Store.Container(view)));
        Assert.Equal([100u], _feed.ThreadsOf(Shell));
    }

    [Fact]
    public void Forked_InheritsTheProgramWithoutItsExecTime_UntilItExecutes()
    {
        _feed.Fork(TreeFeed.Init, Shell).Exec(Shell, "/bin/bash", 1500).Fork(Shell, Child);
        Assert.Equal(("/bin/bash", 0L), (_feed.PathOf(Child), _feed.See(Child).ExecTime));

        _feed.Exec(Child, "/bin/true", 2500);

        Assert.Equal(("/bin/true", "/bin/bash"), (_feed.PathOf(Child), _feed.PathOf(Shell)));
    }

    [Fact]
    public void StateOf_AtTheTimeOfEachEvent_IsWhatItWasThen()
    {
        _feed.Fork(TreeFeed.Init, Shell).Exec(Shell, "/bin/a", 1500).Exec(Shell, "/bin/b", 1600).Exit(Shell, 1700);

        Assert.Equal("", _feed.PathOf(Shell, new Viewpoint(1499, FactPosition.Open)));
        Assert.Equal("/bin/a", _feed.PathOf(Shell, new Viewpoint(1500, FactPosition.Open)));
        Assert.Equal("/bin/b", _feed.PathOf(Shell, new Viewpoint(1600, FactPosition.Open)));
        Assert.Equal("/bin/a", _feed.PathOf(Shell, new Viewpoint(1600, TreeFeed.At(2))));
        Assert.True(_feed.See(Shell, new Viewpoint(1699, FactPosition.Open)).IsAlive);
        Assert.True(_feed.See(Shell, new Viewpoint(1700, TreeFeed.At(3))).IsAlive);
        var ended = _feed.See(Shell, new Viewpoint(1700, TreeFeed.At(4)));
        Assert.Equal((false, 1700L, 100u), (ended.IsAlive, ended.Exit, ended.Pid));
    }

    [Fact]
    public void StateOf_BeforeItsBegin_HasNothingButItsStart()
    {
        _feed.Fork(TreeFeed.Init, Shell);

        foreach (var at in (Viewpoint[])[new(999, FactPosition.Open), new(5000, TreeFeed.At(0))])
        {
            var view = _feed.See(Shell, at);
            Assert.Equal((EntityStatus.NotBegun, 0u, 0UL, 1000L, false), (view.Status, view.Pid, view.ParentId, view.Start, view.IsAlive));
        }
    }

    [Fact]
    public void StateOf_ShownBySnapshot_IsKnownSinceTheLoadBegan()
    {
        var old = Task.Process(50, 10);
        _feed.BeginLoad(100_000);
        _feed.Show(old, TreeFeed.Init, "/sbin/old", 200_000, "old");

        Assert.Equal("/sbin/old", _feed.PathOf(old, new Viewpoint(100_000, FactPosition.Open)));
        Assert.Equal(EntityStatus.BeforeHistory, _feed.See(old, new Viewpoint(99_999, FactPosition.Open)).Status);
        Assert.Equal(EntityStatus.NotBegun, _feed.See(old, new Viewpoint(9, FactPosition.Open)).Status);
    }

    [Fact]
    public void Exited_WithReaper_ItsChildrenHaveANewParent()
    {
        var reaper = Task.Process(90, 900);
        _feed.Fork(TreeFeed.Init, reaper).Fork(reaper, Shell).Fork(Shell, Child).Fork(Child, Grandchild);
        _feed.Exit(Child, 4000, reaper: reaper);

        Assert.Equal((90u, TreeFeed.IdOf(reaper)), (_feed.See(Grandchild).ParentPid, _feed.See(Grandchild).ParentId));
        Assert.Equal(200u, _feed.See(Grandchild, new Viewpoint(3999, FactPosition.Open)).ParentPid);
        Assert.Equal([100u, 300u], _feed.ChildrenOf(reaper));
        Assert.Equal([100u], _feed.ChildrenOf(reaper, new Viewpoint(3999, FactPosition.Open)));
        Assert.Equal([300u], _feed.ChildrenOf(Child, new Viewpoint(3999, FactPosition.Open)));
        Assert.Empty(_feed.ChildrenOf(Child));
        Assert.Equal([300u, 90u, 1u], _feed.LineageOf(Grandchild));
        Assert.Equal([300u, 200u, 100u, 90u, 1u], _feed.LineageOf(Grandchild, new Viewpoint(3999, FactPosition.Open)));
    }

    [Fact]
    public void Exited_ReaperUnknown_TheNextRecordOfAChildTells()
    {
        _feed.Fork(TreeFeed.Init, Shell).Fork(Shell, Child).Exit(Shell, 3000);
        Assert.Equal(100u, _feed.See(Child).ParentPid);

        _feed.Exit(Child, 4000, reaper: TreeFeed.Init);
        _feed.Store.Executed(_feed.HeadOf(Child, 3500) with { HostPpid = 1, ParentStartTime = 1 }, 200, default, _feed.Position, default);

        Assert.Equal(1u, _feed.See(Child, new Viewpoint(3500, FactPosition.Open)).ParentPid);
    }

    [Fact]
    public void Executed_RecordNamesParentThatHasEnded_KeepsTheReaper()
    {
        _feed.Fork(TreeFeed.Init, Shell).Fork(Shell, Child);
        var late = _feed.HeadOf(Child, 3001);
        _feed.Exit(Shell, 3000, reaper: TreeFeed.Init);

        _feed.Store.Executed(late, 200, default, _feed.Position, default);

        Assert.Equal(1u, _feed.See(Child).ParentPid);
    }

    [Fact]
    public void Threads_ComeAndGo_AsOfEachTime()
    {
        var first = Shell.Thread(101, 1100);
        var second = Shell.Thread(102, 1200);
        _feed.Fork(TreeFeed.Init, Shell);
        _feed.Uid = 7;
        _feed.Comm = "worker";
        _feed.Clone(Shell, first).Clone(first, second).Exit(first, 1300, last: false);

        Assert.Equal([100u, 101u], _feed.ThreadsOf(Shell, new Viewpoint(1199, FactPosition.Open)));
        Assert.Equal([100u, 101u, 102u], _feed.ThreadsOf(Shell, new Viewpoint(1299, FactPosition.Open)));
        Assert.Equal([100u, 102u], _feed.ThreadsOf(Shell));
        var thread = _feed.SeeThread(first);
        Assert.Equal((101u, 100u, 7u, 7u, 1100L, 1300L, false), (thread.Tid, thread.Pid, thread.Uid, thread.Gid, thread.Start, thread.Exit, thread.IsAlive));
        var name = thread.Name;
        Assert.Equal("worker", Encoding.UTF8.GetString(RecordReader.Text(in name)));
        Assert.Equal(TreeFeed.IdOf(Shell), thread.ProcessId);
        Assert.True(_feed.See(Shell).IsAlive);
    }

    [Fact]
    public void Exited_FirstThreadOnly_TheProcessLives()
    {
        _feed.Fork(TreeFeed.Init, Shell).Clone(Shell, Shell.Thread(101, 1100)).Exit(Shell, 1200, last: false);

        Assert.True(_feed.See(Shell).IsAlive);
        Assert.Equal([101u], _feed.ThreadsOf(Shell));
    }

    [Fact]
    public void Exited_LastThread_EndsThoseWhoseEndWasNotSeen()
    {
        var lost = Shell.Thread(101, 1100);
        _feed.Fork(TreeFeed.Init, Shell).Clone(Shell, lost).Exit(Shell, 1200);

        Assert.Empty(_feed.ThreadsOf(Shell));
        Assert.Equal((false, 1200L), (_feed.SeeThread(lost).IsAlive, _feed.SeeThread(lost).Exit));
    }

    [Fact]
    public void Executed_ByAnotherThreadThanTheFirst_GoesOnAsTheFirst()
    {
        var other = Shell.Thread(101, 1100);
        var bystander = Shell.Thread(102, 1150);
        _feed.Fork(TreeFeed.Init, Shell).Clone(Shell, other).Clone(Shell, bystander);
        _feed.Exit(Shell, 1200, last: false);
        _feed.Exec(Shell, "/bin/new", 1300, oldTid: 101);

        Assert.Equal([100u], _feed.ThreadsOf(Shell));
        Assert.True(_feed.SeeThread(Shell).IsAlive);
        Assert.Equal((false, 1300L), (_feed.SeeThread(other).IsAlive, _feed.SeeThread(other).Exit));
        Assert.False(_feed.SeeThread(bystander).IsAlive);
        Assert.Equal(("/bin/new", true), (_feed.PathOf(Shell), _feed.See(Shell).IsAlive));
    }

    [Fact]
    public void FindByPid_PidReused_IsTheOneThatHadItThen()
    {
        var second = Task.Process(100, 5000);
        _feed.Fork(TreeFeed.Init, Shell).Exit(Shell, 3000).Fork(TreeFeed.Init, second);

        Assert.Equal(_feed.Find(second), _feed.Store.FindByPid(100, Viewpoint.Now));
        Assert.Equal(_feed.Find(Shell), _feed.Store.FindByPid(100, new Viewpoint(4999, FactPosition.Open)));
        Assert.Equal(_feed.Find(Shell), _feed.Store.FindByPid(100, new Viewpoint(9000, TreeFeed.At(2))));
        Assert.Equal(0, _feed.Store.FindByPid(100, new Viewpoint(999, FactPosition.Open)));
    }

    [Fact]
    public void Forked_PidReusedWithoutAnExit_TheFormerHasEnded()
    {
        _feed.Fork(TreeFeed.Init, Shell).Fork(TreeFeed.Init, Task.Process(100, 5000));

        Assert.Equal((false, 5000L), (_feed.See(Shell).IsAlive, _feed.See(Shell).Exit));
    }

    [Fact]
    public void Exited_WithoutFork_IsKnownWithWhatTheRecordSays()
    {
        _feed.Comm = "late";
        _feed.Exit(Child, 2500);

        var view = _feed.See(Child);
        Assert.Equal((false, 2500L, 2000L, 200u, 1u), (view.IsAlive, view.Exit, view.Start, view.Pid, view.ParentPid));
    }

    [Fact]
    public void Forked_ByUnknownParent_ThatOneIsKnownByName()
    {
        _feed.Fork(Shell, Child);

        Assert.Equal([200u, 100u], _feed.LineageOf(Child));
        Assert.True(_feed.See(Shell).IsAlive);
    }

    [Fact]
    public void Forked_AfterItsExecWasApplied_FillsWhatWasBefore()
    {
        _feed.Fork(TreeFeed.Init, Shell).Exec(Shell, "/bin/sh", 1500);
        _feed.Exec(Child, "/bin/true", 2500);
        _feed.Fork(Shell, Child);

        Assert.Equal("/bin/true", _feed.PathOf(Child));
        Assert.Equal("/bin/sh", _feed.PathOf(Child, new Viewpoint(2000, FactPosition.Open)));
    }

    [Fact]
    public void Any_TimesGoBackwards_EachFactHasItsPlace()
    {
        _feed.Fork(TreeFeed.Init, Shell).Exec(Shell, "/bin/b", 1600).Exec(Shell, "/bin/a", 1500);

        Assert.Equal("/bin/b", _feed.PathOf(Shell));
        Assert.Equal("/bin/a", _feed.PathOf(Shell, new Viewpoint(1500, FactPosition.Open)));
    }

    [Theory]
    [InlineData(0u, 5L)]
    [InlineData(5u, 0L)]
    [InlineData(uint.MaxValue, 5L)]
    [InlineData(5u, -1L)]
    [InlineData(5u, long.MaxValue)]
    public void Any_RecordThatNamesNobody_ChangesNothing(uint pid, long start)
    {
        var before = _feed.Store.Count;
        var nobody = Task.Process(pid, start);
        _feed.Exec(nobody, "/x", 5).Exit(nobody, 6).Show(nobody, nobody, "/x", 7).ShowThread(nobody, 8);
        _feed.Fork(nobody, nobody, 9).Clone(nobody, nobody);

        Assert.Equal(before, _feed.Store.Count - (_feed.Find(TreeFeed.Init) != 0 ? 1 : 0));
    }

    [Fact]
    public void Lineage_ProcessOneOfANamespace_IsTheLast()
    {
        _feed.NsPids[200] = 1;
        _feed.Fork(TreeFeed.Init, Shell).Fork(Shell, Child).Fork(Child, Grandchild);

        Assert.Equal([300u, 200u], _feed.LineageOf(Grandchild));
        Assert.Equal([300u], _feed.LineageOf(Grandchild, depth: 0));
        Assert.Equal(1u, _feed.See(Child).NsPid);
    }

    [Fact]
    public void Lineage_EachAncestor_IsAsOfTheBeginOfItsChild()
    {
        _feed.Fork(TreeFeed.Init, Shell).Exec(Shell, "/bin/then", 1500).Fork(Shell, Child).Exec(Shell, "/bin/later", 2500);
        var states = new ProcessView[3];
        var validity = new Validity(FactPosition.Open);

        var count = _feed.Store.Lineage(_feed.Find(Child), Viewpoint.Now, states, ref validity);

        Assert.Equal(3, count);
        Assert.Equal("/bin/then", Encoding.UTF8.GetString(_feed.Store.Path(states[1])));
        Assert.Equal(2000, states[1].Time);
    }

    [Fact]
    public void Validity_OfAState_IsFromTheLastChangeToTheNext()
    {
        _feed.Fork(TreeFeed.Init, Shell).Exec(Shell, "/bin/a", 1500).Exec(Shell, "/bin/b", 1600);
        var validity = new Validity(TreeFeed.At(2));

        _feed.Store.StateOf(_feed.Find(Shell), new Viewpoint(1550, TreeFeed.At(2)), ref validity);

        Assert.Equal((TreeFeed.At(2), TreeFeed.At(3)), (validity.From, validity.To));
    }

    [Fact]
    public void Validity_FactCameBeforeAndHappenedLater_HoldsForThisEventAlone()
    {
        _feed.Fork(TreeFeed.Init, Shell).Exec(Shell, "/bin/b", 1600);
        var validity = new Validity(TreeFeed.At(5));

        _feed.Store.StateOf(_feed.Find(Shell), new Viewpoint(1550, TreeFeed.At(5)), ref validity);

        Assert.Equal((TreeFeed.At(5), TreeFeed.At(6)), (validity.From, validity.To));
    }

    [Fact]
    public void Validity_OfChildren_EndsWithTheNextOne()
    {
        _feed.Fork(TreeFeed.Init, Shell).Fork(Shell, Child).Fork(Shell, Grandchild).Exit(Child, 3500);
        var validity = new Validity(TreeFeed.At(2));
        List<TreeLink> links = [];

        Assert.True(_feed.Store.ChildrenOf(_feed.Find(Shell), new Viewpoint(2000, TreeFeed.At(2)), links, ref validity));

        Assert.Equal((TreeFeed.At(2), TreeFeed.At(3), 1), (validity.From, validity.To, links.Count));
    }
}
