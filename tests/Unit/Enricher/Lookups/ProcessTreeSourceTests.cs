using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Lookups;
using TraceeMesh.TestKit.Records;
using TraceeMesh.Tests.Unit.Enricher.Cutting;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher.Lookups;

public sealed class ProcessTreeSourceTests
{
    private const long Epoch = RawFrames.BootEpoch;

    private static readonly ulong Seed = EntityIds.Seed(RawFrames.Node, RawFrames.Boot);
    private static readonly string Container = new('a', 64);

    private readonly CutterHarness _harness = new();
    private readonly RecordBuilder _records = new();
    private readonly NodeLookups _lookups;

    public ProcessTreeSourceTests()
    {
        _lookups = new NodeLookups(RawFrames.Node, _harness.Stores, new ProcessTreeSource(_harness.Stores));

        // 0, 1: init is there. 2: it forks 100 at 1000. 3: that executes. 4: it makes a thread 101. 5: it forks 200 at 3000. 6: 200 ends. 7: 100 executes again.
        _records.Head = Head(1, 1, 0, 0, 500);
        _records.Add(EventIds.SnapshotProcess, new SnapshotProcessBody { Inode = 9 }, "/sbin/init", RecordBuilder.List("init")).SnapshotEnd(1);
        Fork(1, 1, 100, 1000, ns: 7);
        _records.Head = Head(100, 1000, 1, 1, 1500);
        _records.Cgroup(EventIds.CgroupMkdir, 77, $"/docker/{Container}");
        _records.Exec("/bin/sh", "sh", "-c", "x");
        _records.Head = Head(100, 1000, 1, 1, 2000);
        _records.Add(EventIds.SchedProcessFork, new ForkBody { ParentProcess = Ids(1, 1), Leader = Ids(100, 1000, 7), Child = Ids(101, 2000) with { Pid = 100 } });
        Fork(100, 1000, 200, 3000, ns: 8);
        _records.Head = Head(200, 3000, 100, 1000, 4000);
        _records.Add(EventIds.SchedProcessExit, new ExitBody { ProcessGroupExit = 1, ReaperPid = 1, ReaperStartTime = 1 });
        _records.Head = Head(100, 1000, 1, 1, 5000);
        _records.Exec("/bin/later", "later");
        _harness.Give(0, _records);
        Assert.Empty(_harness.BadRecords);
    }

    [Fact]
    public void Answer_Process_HasEveryFieldByName()
    {
        var result = Ask(Key(("entityId", Id(100, 1000))), position: 6, time: 3000);

        var file = (string path, long inode, long device) => DataValue.MapOf(("path", path), ("hash", ""), ("inode", inode), ("device", device), ("ctime", 0L), ("mode", 0L));
        var expected = DataValue.MapOf(("process_info", DataValue.MapOf(
            ("timestamp", Epoch + 3000),
            ("info", DataValue.MapOf(
                ("entityId", Id(100, 1000)), ("pid", 100), ("nsPid", 7), ("ppid", 1),
                ("containerId", Container), ("cmd", DataValue.Of([DataValue.Of("sh"), DataValue.Of("-c"), DataValue.Of("x")])),
                ("executionBinary", file("/bin/sh", 5, 8)), ("interpreter", file("", 0, 0)), ("interp", file("", 0, 0)),
                ("startTime", Epoch + 1000), ("execTime", Epoch + 1500), ("exitTime", 0L),
                ("parentEntityId", Id(1, 1)),
                ("threadsIds", DataValue.MapOf(("100", Id(100, 1000)), ("101", Id(101, 2000)))),
                ("childProcessesIds", DataValue.MapOf(("200", Id(200, 3000)))),
                ("isAlive", true))))));
        Assert.Equal(expected, result.Values);
        Assert.Equal((LookupStatus.Found, 6L, 7L, false), (result.Status, result.From, result.To, result.Open));
    }

    [Fact]
    public void Answer_Thread_HasEveryFieldByName()
    {
        var result = Ask(Key(("tid", 101)));

        Assert.Equal(
            DataValue.MapOf(
                ("entityId", Id(101, 2000)), ("tid", 101), ("nsTid", 101), ("pid", 100), ("userId", 3), ("groupId", 4),
                ("startTime", Epoch + 2000), ("exitTime", Epoch + 5000), ("name", "tester"), ("processEntityId", Id(100, 1000)), ("isAlive", false)),
            result.Values["thread_info"]["info"]);
        Assert.Equal(result.Values, Ask(Key(("threadEntityId", Id(101, 2000)))).Values);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-5, 1)]
    [InlineData(1, 2)]
    [InlineData(5, 3)]
    [InlineData(long.MaxValue, 3)]
    public void Answer_Lineage_IsTheProcessAndItsAncestors(long depth, int count)
    {
        var lineage = Ask(Key(("pid", 200), ("maxDepth", depth)), position: 6, time: 3500).Values["process_lineage"].List;

        Assert.Equal(new long[] { 200, 100, 1 }[..count], lineage.Select(p => p["info"]["pid"].Integer));
        if (count > 1)
        {
            Assert.Equal((Epoch + 3500, Epoch + 3000), (lineage[0]["timestamp"].Integer, lineage[1]["timestamp"].Integer));
            Assert.Equal("/bin/sh", lineage[1]["info"]["executionBinary"]["path"].Text);
        }
    }

    [Fact]
    public void Answer_ProcessThatHadEnded_IsFoundDead()
    {
        var info = Ask(Key(("pid", 200))).Values["process_info"]["info"];

        Assert.Equal((false, Epoch + 4000, 100L), (info["isAlive"].Bool, info["exitTime"].Integer, info["ppid"].Integer));
    }

    [Fact]
    public void Answer_ProcessThatHadNotBegun_IsFoundWithItsStart()
    {
        var info = Ask(Key(("entityId", Id(200, 3000))), position: 3, time: 2000).Values["process_info"]["info"];

        Assert.Equal((false, 0L, Epoch + 3000), (info["isAlive"].Bool, info["pid"].Integer, info["startTime"].Integer));
    }

    [Fact]
    public void Answer_TimeInTheKey_IsTheTimeAskedFor()
    {
        var result = Ask(Key(("pid", 100), ("time", Epoch + 4999)));

        Assert.Equal("/bin/sh", result.Values["process_info"]["info"]["executionBinary"]["path"].Text);
        Assert.Equal(Epoch + 4999, result.Values["process_info"]["timestamp"].Integer);
    }

    [Fact]
    public void Answer_ByANumberThatIsGivenAnew_ServesItsEventOnly()
    {
        var result = Ask(Key(("pid", 200)), position: 7, time: 4000);

        Assert.Equal((LookupStatus.Found, 7L, 8L, false), (result.Status, result.From, result.To, result.Open));
    }

    [Fact]
    public void Answer_WhoseChangesAreToldByItsKey_IsOpen()
    {
        var time = ("time", DataValue.Of(Epoch + 6000));

        foreach (var key in new[] { Key(("entityId", Id(100, 1000))), Key(("threadEntityId", Id(101, 2000))), Key(("entityId", Id(100, 1000)), time) })
        {
            var result = Ask(key, position: 8, time: 6000);
            Assert.Equal((LookupStatus.Found, 8L, true), (result.Status, result.To, result.Open));
        }

        // Of a map the first pair is what changes are told of.
        var closed = Ask(Key(time, ("entityId", Id(100, 1000))), position: 8, time: 6000);
        Assert.Equal((LookupStatus.Found, 9L, false), (closed.Status, closed.To, closed.Open));
    }

    [Fact]
    public void Answer_AskedBeforeTheBeginOfAProcessKnownByNameOnly_ServesItsEventOnly()
    {
        var harness = new CutterHarness();
        var records = new RecordBuilder { Head = Head(1, 1, 0, 0, 500) };
        records.Add(EventIds.SnapshotProcess, new SnapshotProcessBody { Inode = 9 }, "/sbin/init", RecordBuilder.List("init")).SnapshotEnd(1);
        records.Head = Head(300, 9000, 200, 8000, 9500);
        records.Exec("/bin/child", "child");
        harness.Give(0, records);
        var source = new ProcessTreeSource(harness.Stores);

        var early = source.Answer(Key(("entityId", Id(200, 8000))), new AsOf(new StorePosition(0, 2), 7000, Epoch));
        var late = source.Answer(Key(("entityId", Id(200, 8000))), new AsOf(new StorePosition(0, 2), 9500, Epoch));

        Assert.Equal((LookupStatus.Found, 2L, 3L, false), (early.Status, early.From, early.To, early.Open));
        Assert.True(late.Open);
    }

    [Fact]
    public void Answer_AnyOtherShapeOfKey_IsNotSupported()
    {
        DataValue[] keys =
        [
            "100", 100, DataValue.MapOf(), Key(("uid", 5)), Key(("pid", 5), ("tid", 5)), Key(("pid", "5")), Key(("pid", -1)), Key(("pid", 1L << 32)),
            Key(("pid", 5), ("time", "now")), Key(("pid", 5), ("time", -1)), Key(("pid", 5), ("maxDepth", true)), Key(("maxDepth", 5)), Key(("tid", 5), ("maxDepth", 1)),
            Key(("pid", 5), ("more", 1)), Key(("entityId", ulong.MaxValue)),
        ];

        Assert.All(keys, key => Assert.Equal(LookupStatus.KeyNotSupported, Ask(key).Status));
    }

    [Fact]
    public void Answer_NobodyThere_SaysWhy()
    {
        Assert.Equal(LookupStatus.NotFound, Ask(Key(("pid", 4711))).Status);
        Assert.Equal(LookupStatus.NotFound, Ask(Key(("entityId", 4711))).Status);
        Assert.Equal(LookupStatus.Expired, Ask(Key(("pid", 4711)), position: 0, time: 400).Status);

        var fresh = new CutterHarness();
        fresh.Give(0, new RecordBuilder().Ptrace());
        var result = new NodeLookups(RawFrames.Node, fresh.Stores, new ProcessTreeSource(fresh.Stores));
        Assert.False(result.TryAnswer(new LookupRequest { Keys = [Key(("pid", 4711))] }, out var reply, out _));
        Assert.Equal(LookupStatus.Unavailable, reply.Results[0].Status);
    }

    [Fact]
    public void List_Pages_AreTheLivingByPid()
    {
        var first = _lookups.List(new ListRequest { Limit = 1 });
        var second = _lookups.List(new ListRequest { Limit = 1, After = first.Next });
        var then = _lookups.List(new ListRequest { Time = Epoch + 3500 });

        Assert.Equal([1L], first.Entries.Select(e => e.Key["pid"].Integer));
        Assert.Equal([100L], second.Entries.Select(e => e.Key["pid"].Integer));
        Assert.Equal(("/bin/later", ""), (second.Entries[0].Values["process_info"]["info"]["executionBinary"]["path"].Text, _lookups.List(new ListRequest { Limit = 1, After = "100" }).Next));
        Assert.Equal([1L, 100L, 200L], then.Entries.Select(e => e.Key["pid"].Integer));
    }

    private static DataValue Key(params (string, DataValue)[] fields) => DataValue.MapOf(fields);

    private static ulong Id(uint number, ulong start) => EntityIds.Of(Seed, number, start);

    private static TaskIds Ids(uint pid, ulong start, uint ns = 0) => new() { Tid = pid, Pid = pid, NsTid = ns == 0 ? pid : ns, NsPid = ns == 0 ? pid : ns, StartTime = start };

    private static RecordHead Head(uint pid, ulong start, uint parent, ulong parentStart, ulong time) => RecordBuilder.DefaultHead() with
    {
        HostPid = pid, HostTid = pid, NsPid = 0, NsTid = pid, StartTime = start, LeaderStartTime = start, HostPpid = parent, ParentStartTime = parentStart, Time = time, Uid = 3, Gid = 4,
    };

    private void Fork(uint parent, ulong parentStart, uint child, ulong start, uint ns)
    {
        _records.Head = Head(parent, parentStart, parent == 1 ? 0u : 1u, parent == 1 ? 0UL : 1UL, start);
        _records.Add(EventIds.SchedProcessFork, new ForkBody { Parent = Ids(parent, parentStart), ParentProcess = Ids(parent, parentStart) with { NsPid = 0 }, Leader = Ids(child, start, ns), Child = Ids(child, start, ns) });
    }

    private LookupResult Ask(DataValue key, long position = -1, long time = 0)
    {
        var request = new LookupRequest { Keys = [key], LoadId = RawFrames.Load, Position = position, Time = time == 0 ? 0 : Epoch + time };
        _lookups.TryAnswer(request, out var reply, out _);
        return Assert.Single(reply.Results);
    }
}
