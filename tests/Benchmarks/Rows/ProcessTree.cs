using System.Diagnostics;
using System.Runtime.CompilerServices;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Processes;

namespace TraceeMesh.Benchmarks.Rows;

/// <summary>The process tree in process: CPU time of feeding and asking, and what it keeps a process in. The reference is a dictionary that is asked the same.</summary>
internal sealed class ProcessTree : IBenchmark
{
    private const ulong Seed = 42;
    private const int Kept = 10_000;
    private const int Depth = 5;

    public string Name => "process-tree";

    public string? Obstacle => null;

    public async IAsyncEnumerable<Row> Run(bool quick, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        var (rounds, many) = quick ? (2, 100_000) : (7, 1_000_000);

        // A store that is full: each process makes one go.
        var full = Store(new ProcessLimits { Processes = 65536, Threads = 131_072 });
        var next = Live(full, 1, 200_000);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var feed = Best(rounds, 200_000, n => next = Live(full, next, n));
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        yield return Row.AtMost("process-tree fork+exec+exit", feed, "ns", 2000);
        yield return Row.AtMost("process-tree fork+exec+exit", (double)allocated / (rounds * 200_000), "bytes", 300);

        var store = Store(null);
        var ids = Chains(store, Kept);
        var dictionary = ids.ToDictionary(id => id, id => id);
        var reference = Best(rounds, 2_000_000, n => Look(dictionary, ids, n));
        yield return Row.AtMost("process-tree by id", Best(rounds, 2_000_000, n => ById(store, ids, n)), "ns", 100, reference);
        yield return Row.AtMost("process-tree lineage of 5", Best(rounds, 500_000, n => Lineage(store, ids, n)), "ns", 1500, reference);

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var large = Store(new ProcessLimits { Retention = TimeSpan.FromDays(1000) });
        _ = Live(large, 1, many);
        var kept = GC.GetTotalMemory(forceFullCollection: true) - before;
        yield return Row.AtMost("process-tree resident per process", (double)kept / large.Count, "bytes", 700);
        yield return Row.AtMost($"process-tree {large.Count} processes", kept / 1048576.0, "MiB", 1024);
        GC.KeepAlive(large);
    }

    private static ProcessStore Store(ProcessLimits? limits)
    {
        var store = new ProcessStore(limits);
        store.BeginLoad(Seed, new FactStamp(1, default));
        return store;
    }

    /// <summary>ns of CPU for one, the best of so many rounds.</summary>
    private static double Best(int rounds, int times, Action<int> act)
    {
        var best = double.MaxValue;
        for (var i = 0; i < rounds; i++)
        {
            var started = Process.GetCurrentProcess().UserProcessorTime;
            act(times);
            best = Math.Min(best, (Process.GetCurrentProcess().UserProcessorTime - started).TotalNanoseconds / times);
        }

        return best;
    }

    // Processes that are forked, execute (a path of 40 bytes, a command line of 60) and end.
    private static uint Live(ProcessStore store, uint first, int count)
    {
        Span<byte> arguments = stackalloc byte[60];
        arguments.Fill((byte)'a');
        for (var n = first; n < first + count; n++)
        {
            var pid = 2 + (n % 4_000_000);
            var start = 1000UL * (n + 1);
            var position = FactPosition.Of(new StorePosition(0, n));
            Fork(store, 1, 1, pid, start, position);
            var head = Head(pid, start, 1, 1, start + 100);
            BitConverter.TryWriteBytes(arguments, n);
            store.Executed(head, pid, new ProgramFacts { Path = "/usr/lib/programs/of-this-length/program"u8, Arguments = arguments }, position, default);
            store.Exited(head with { Time = start + 200, Uid = 7 }, new ExitBody { ProcessGroupExit = 1 }, position, default);
        }

        return first + (uint)count;
    }

    private static ulong[] Chains(ProcessStore store, int count)
    {
        var ids = new ulong[count];
        for (var i = 0u; i < count; i++)
        {
            var (pid, start) = (i + 2, 1000UL * (i + 2));
            var parent = i % 10 == 0 ? 1 : pid - 1;
            var position = FactPosition.Of(new StorePosition(0, i));
            Fork(store, parent, parent == 1 ? 1 : 1000UL * parent, pid, start, position);
            store.Executed(Head(pid, start, parent, parent == 1 ? 1 : 1000UL * parent, start + 1), pid, new ProgramFacts { Path = "/bin/program"u8 }, position, default);
            ids[i] = EntityIds.Of(Seed, pid, start);
        }

        new Random(1).Shuffle(ids);
        return ids;
    }

    private static void Fork(ProcessStore store, uint parent, ulong parentStart, uint pid, ulong start, FactPosition position)
    {
        var child = new TaskIds { Tid = pid, NsTid = pid, Pid = pid, NsPid = pid, StartTime = start };
        var forker = new TaskIds { Tid = parent, Pid = parent, StartTime = parentStart };
        store.Forked(Head(parent, parentStart, 0, 0, start), new ForkBody { Parent = forker, ParentProcess = forker, Child = child, Leader = child }, position, default);
    }

    private static RecordHead Head(uint pid, ulong start, uint parent, ulong parentStart, ulong time) => new()
    {
        HostPid = pid, HostTid = pid, NsPid = pid, NsTid = pid, LeaderStartTime = start, StartTime = start, HostPpid = parent, ParentStartTime = parentStart, Time = time,
    };

    private static void Look(Dictionary<ulong, ulong> dictionary, ulong[] ids, int count)
    {
        for (var i = 0; i < count; i++)
        {
            _ = dictionary[ids[i % ids.Length]];
        }
    }

    private static void ById(ProcessStore store, ulong[] ids, int count)
    {
        var validity = new Validity(FactPosition.Open);
        for (var i = 0; i < count; i++)
        {
            _ = store.StateOf(store.Find(ids[i % ids.Length]), Viewpoint.Now, ref validity);
        }
    }

    private static void Lineage(ProcessStore store, ulong[] ids, int count)
    {
        Span<ProcessView> views = stackalloc ProcessView[Depth + 1];
        var validity = new Validity(FactPosition.Open);
        for (var i = 0; i < count; i++)
        {
            _ = store.Lineage(store.Find(ids[i % ids.Length]), Viewpoint.Now, views, ref validity);
        }
    }
}
