using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Signatures;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures;

/// <summary>The wrappers of the process tree: what they ask, and what they read from an answer as it travels.</summary>
public sealed class ProcessTreeTests
{
    private readonly List<DataValue> _asked = [];
    private readonly Event _event = Exec();

    [Fact]
    public async Task GetProcess_OfAnEvent_ReadsEveryField()
    {
        var process = (await Tree(LookupStatus.Found).GetProcess(_event)).Process;

        Assert.Equal(DataValue.MapOf(("entityId", 10)), Assert.Single(_asked));
        Assert.Equal((99L, 10UL, 4711, 7, 1, "c1"), (process.Timestamp, process.EntityId, process.Pid, process.NsPid, process.Ppid, process.ContainerId));
        Assert.Equal(["sh", "-c"], process.CommandLine);
        Assert.Equal(("/bin/sh", 5UL, 6U, 7L, 33261), (process.Executable.Path, process.Executable.Inode, process.Executable.Device, process.Executable.Ctime, process.Executable.Mode));
        Assert.Equal("/lib/ld.so", process.Interpreter.Path);
        Assert.Equal((1L, 2L, 0L, 9UL, true), (process.StartTime, process.ExecTime, process.ExitTime, process.ParentEntityId, process.IsAlive));
        Assert.Equal([new(4711, 10UL)], process.Threads);
        Assert.Equal([new(4712, 12UL), new(4713, 13UL)], process.Children);
    }

    [Fact]
    public async Task GetThread_OfAnEvent_ReadsEveryField()
    {
        var thread = (await Tree(LookupStatus.Found).GetThread(_event)).Thread;

        Assert.Equal(DataValue.MapOf(("threadEntityId", 11)), Assert.Single(_asked));
        Assert.Equal((99L, 11UL, 4714, 8, 4711, 3, 4), (thread.Timestamp, thread.EntityId, thread.Tid, thread.NsTid, thread.Pid, thread.UserId, thread.GroupId));
        Assert.Equal(("sh", 1L, 5L, 10UL, false), (thread.Name, thread.StartTime, thread.ExitTime, thread.ProcessEntityId, thread.IsAlive));
    }

    [Fact]
    public async Task GetLineage_OfAnEvent_IsTheProcessAndItsAncestors()
    {
        var lineage = await Tree(LookupStatus.Found).GetLineage(_event, 2);

        Assert.Equal(DataValue.MapOf(("entityId", 10), ("maxDepth", 2)), Assert.Single(_asked));
        Assert.Equal((2, 10UL, 9UL), (lineage.Count, lineage[0].EntityId, lineage[1].EntityId));
    }

    [Fact]
    public async Task GetChildren_OfAnEvent_AsksForThemAndPassesOverTheForgotten()
    {
        var (status, children) = await Tree(LookupStatus.Found).GetChildren(_event);

        Assert.Equal(LookupStatus.Found, status);
        Assert.Equal([12UL], children.Select(c => c.EntityId));
        Assert.Equal([DataValue.MapOf(("entityId", 10)), DataValue.MapOf(("entityId", 12)), DataValue.MapOf(("entityId", 13))], _asked);
    }

    [Theory]
    [InlineData(LookupStatus.NotFound)]
    [InlineData(LookupStatus.Unavailable)]
    public async Task AnyQuestion_WithoutAnAnswer_SaysWhyAndReadsAsEmpty(LookupStatus status)
    {
        var tree = Tree(status);

        var process = await tree.GetProcess(_event);
        Assert.Equal((status, false, 0UL, ""), (process.Status, process.Found, process.Process.EntityId, process.Process.Executable.Path));
        Assert.Equal((status, 0, ""), ((await tree.GetThread(_event)).Status, (await tree.GetLineage(_event, 3)).Count, (await tree.GetThread(_event)).Thread.Name));
        Assert.Equal((status, 0), ((await tree.GetChildren(_event)).Status, (await tree.GetChildren(_event)).Children.Count));
    }

    private static Event Exec()
    {
        var e = EventMaker.Make("sched_process_exec", ("pathname", "/bin/sh"));
        (e.Context.ProcessEntityId, e.Context.ThreadEntityId) = (10, 11);
        return e;
    }

    private static DataValue Process(long id) => DataValue.MapOf(("timestamp", 99), ("info", DataValue.MapOf(
        ("entityId", id), ("pid", 4711), ("nsPid", 7), ("ppid", 1), ("containerId", "c1"), ("cmd", DataValue.Of([DataValue.Of("sh"), DataValue.Of("-c")])),
        ("executionBinary", DataValue.MapOf(("path", "/bin/sh"), ("hash", ""), ("inode", 5), ("device", 6), ("ctime", 7), ("mode", 33261))),
        ("interpreter", DataValue.MapOf(("path", "/lib/ld.so"))),
        ("startTime", 1), ("execTime", 2), ("exitTime", 0), ("parentEntityId", 9),
        ("threadsIds", DataValue.MapOf(("4711", 10))), ("childProcessesIds", DataValue.MapOf(("4712", 12), ("4713", 13))), ("isAlive", true))));

    private static DataValue Thread() => DataValue.MapOf(("timestamp", 99), ("info", DataValue.MapOf(
        ("entityId", 11), ("tid", 4714), ("nsTid", 8), ("pid", 4711), ("userId", 3), ("groupId", 4), ("startTime", 1), ("exitTime", 5), ("name", "sh"), ("processEntityId", 10), ("isAlive", false))));

    private FixedDataSource Tree(LookupStatus status) => new("tracee", "process_tree", key =>
    {
        _asked.Add(key);
        var values = key["threadEntityId"].Integer != 0 ? DataValue.MapOf(("thread_info", Thread()))
            : key["maxDepth"].Integer != 0 ? DataValue.MapOf(("process_lineage", DataValue.Of([Process(10), Process(9)])))
            : DataValue.MapOf(("process_info", Process(key["entityId"].Integer)));
        return status != LookupStatus.Found || key["entityId"].Integer == 13
            ? Lookup.Failed(status == LookupStatus.Found ? LookupStatus.Expired : status)
            : new Lookup(new LookupResult(LookupStatus.Found, values, 0, 0, false));
    });
}
