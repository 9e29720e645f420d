using System.Text;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Processes;
using TraceeMesh.TestKit.Records;

namespace TraceeMesh.Tests.Unit.Enricher.Processes;

/// <summary>Feeds a store with what tasks do, each record at the next position. A task is a pid (or tid) and the time it started.</summary>
internal sealed class TreeFeed
{
    public const ulong Seed = 42;

    private readonly Dictionary<Task, Task> _parents = [];
    private int _load;

    public TreeFeed(ProcessLimits? limits = null, bool complete = true, ProcessStore? store = null)
    {
        Store = store ?? new ProcessStore(limits);
        Store.BeginLoad(Seed, new FactStamp(1, Position));
        if (complete)
        {
            SnapshotEnd(1, shown: 0);
        }
    }

    public readonly record struct Task(uint Pid, long Start, uint Tid, long ThreadStart)
    {
        public static Task Process(uint pid, long start) => new(pid, start, pid, start);

        public Task Thread(uint tid, long start) => this with { Tid = tid, ThreadStart = start };

        public Task First() => Process(Pid, Start);
    }

    public static Task Init { get; } = Task.Process(1, 1);

    public ProcessStore Store { get; }

    public long Offset { get; private set; }

    public FactPosition Position => FactPosition.Of(new StorePosition(_load, Offset));

    public string Comm { get; set; } = "tester";

    public uint Uid { get; set; }

    public string Container { get; set; } = "";

    /// <summary>Pids in namespaces of their own.</summary>
    public Dictionary<uint, uint> NsPids { get; } = [];

    public static FactPosition At(long offset) => FactPosition.Of(new StorePosition(0, offset));

    public static ulong IdOf(Task task) => EntityIds.Of(Seed, task.Tid, (ulong)task.ThreadStart);

    public void BeginLoad(long time)
    {
        _load++;
        Offset = 0;
        Store.BeginLoad(Seed, new FactStamp(time, Position));
    }

    /// <summary>Says whose child the records of a task tell it is.</summary>
    public void SetParent(Task task, Task parent) => _parents[task.First()] = parent;

    public TreeFeed Fork(Task parent, Task child, long? time = null)
    {
        _parents[child] = parent.First();
        Store.Forked(HeadOf(parent, time ?? child.Start), new ForkBody { Parent = IdsOf(parent), ParentProcess = IdsOf(parent.First()), Child = IdsOf(child), Leader = IdsOf(child) }, Position, Utf8(Container));
        return Next();
    }

    public TreeFeed Clone(Task creator, Task thread)
    {
        Store.Forked(
            HeadOf(creator, thread.ThreadStart),
            new ForkBody { Parent = IdsOf(creator), ParentProcess = IdsOf(ParentOf(thread.First())), Child = IdsOf(thread), Leader = IdsOf(thread.First()) },
            Position,
            Utf8(Container));
        return Next();
    }

    public TreeFeed Exec(Task task, string path, long time, uint? oldTid = null, params string[] arguments)
    {
        var program = new ProgramFacts { Path = Utf8(path), File = new FileFacts(5, 6, 7, 8), Interpreter = "/lib/ld.so"u8, Interp = Utf8(path), Arguments = Utf8(RecordBuilder.List(arguments)) };
        Store.Executed(HeadOf(task, time), oldTid ?? task.Tid, program, Position, Utf8(Container));
        return Next();
    }

    public TreeFeed Exit(Task task, long time, bool last = true, Task? reaper = null)
    {
        var body = new ExitBody { ProcessGroupExit = last ? (byte)1 : (byte)0, ReaperPid = reaper?.Pid ?? 0, ReaperStartTime = (ulong)(reaper?.Start ?? 0) };
        Store.Exited(HeadOf(task, time), body, Position, Utf8(Container));
        if (reaper is { } adopter)
        {
            foreach (var (child, _) in _parents.Where(p => p.Value == task.First()).ToArray())
            {
                _parents[child] = adopter;
            }
        }

        return Next();
    }

    public TreeFeed Show(Task task, Task parent, string path, long time, params string[] arguments)
    {
        _parents[task.First()] = parent;
        var program = new ProgramFacts { Path = Utf8(path), File = new FileFacts(5, 6, 7, 8), Arguments = Utf8(RecordBuilder.List(arguments)) };
        Store.Existing(HeadOf(task, time), program, Position, Utf8(Container));
        return Next();
    }

    public TreeFeed ShowThread(Task thread, long time)
    {
        Store.ExistingThread(HeadOf(thread, time), Position);
        return Next();
    }

    public TreeFeed SnapshotEnd(long time, uint shown)
    {
        Store.SnapshotEnded(RecordBuilder.DefaultHead() with { Time = (ulong)time, HostTid = 5, NsTid = 5 }, shown, Position);
        return Next();
    }

    public int Find(Task task) => Store.Find(IdOf(task.First()));

    public ProcessView See(Task task, Viewpoint? at = null)
    {
        var viewpoint = at ?? Viewpoint.Now;
        var validity = new Validity(viewpoint.Position);
        return Store.StateOf(Find(task), viewpoint, ref validity);
    }

    public ThreadView SeeThread(Task task, Viewpoint? at = null)
    {
        var viewpoint = at ?? Viewpoint.Now;
        var validity = new Validity(viewpoint.Position);
        return Store.StateOfThread(Store.FindThread(IdOf(task)), viewpoint, ref validity);
    }

    public string PathOf(Task task, Viewpoint? at = null) => Encoding.UTF8.GetString(Store.Path(See(task, at)));

    public uint[] ChildrenOf(Task task, Viewpoint? at = null)
    {
        var viewpoint = at ?? Viewpoint.Now;
        var validity = new Validity(viewpoint.Position);
        List<TreeLink> links = [];
        Store.ChildrenOf(Find(task), viewpoint, links, ref validity);
        return [.. links.Select(l => l.Number).Order()];
    }

    public uint[] ThreadsOf(Task task, Viewpoint? at = null)
    {
        var viewpoint = at ?? Viewpoint.Now;
        var validity = new Validity(viewpoint.Position);
        List<TreeLink> links = [];
        Store.ThreadsOf(Find(task), viewpoint, links, ref validity);
        return [.. links.Select(l => l.Number).Order()];
    }

    public uint[] LineageOf(Task task, Viewpoint? at = null, int depth = ProcessLimits.Ancestors)
    {
        var viewpoint = at ?? Viewpoint.Now;
        var validity = new Validity(viewpoint.Position);
        var states = new ProcessView[depth + 1];
        return [.. states.Take(Store.Lineage(Find(task), viewpoint, states, ref validity)).Select(s => s.Pid)];
    }

    /// <summary>The head of a record of a task.</summary>
    public RecordHead HeadOf(Task task, long time)
    {
        var parent = ParentOf(task.First());
        return RecordBuilder.DefaultHead() with
        {
            Time = (ulong)time,
            HostPid = task.Pid,
            HostTid = task.Tid,
            NsPid = task.Pid,
            NsTid = task.Tid,
            StartTime = (ulong)task.ThreadStart,
            LeaderStartTime = (ulong)task.Start,
            HostPpid = parent.Pid,
            NsPpid = parent.Pid,
            ParentStartTime = (ulong)parent.Start,
            Uid = Uid,
            Gid = Uid,
            Comm = RecordBuilder.CommOf(Comm),
        };
    }

    private TaskIds IdsOf(Task task) => new()
    {
        Tid = task.Tid,
        Pid = task.Pid,
        NsTid = NsPids.GetValueOrDefault(task.Tid, task.Tid),
        NsPid = NsPids.GetValueOrDefault(task.Pid, task.Pid),
        StartTime = (ulong)task.ThreadStart,
    };

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private Task ParentOf(Task task) => task == Init ? default : _parents.GetValueOrDefault(task, Init);

    private TreeFeed Next()
    {
        Offset++;
        return this;
    }
}
