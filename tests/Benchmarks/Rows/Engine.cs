using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Detector;
using TraceeMesh.Detector.Disabling;
using TraceeMesh.Detector.Engine;
using TraceeMesh.Detector.Findings;
using TraceeMesh.Detector.Lookups;
using TraceeMesh.Detector.State;
using TraceeMesh.MessagePack;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.Signatures;
using TraceeMesh.TestKit.Signatures;

namespace TraceeMesh.Benchmarks.Rows;

/// <summary>What the engine takes for an event of a frame, from its bytes to the last signature's answer; the reference is decoding the event.</summary>
internal sealed class Engine : IBenchmark
{
    private const int EventsPerFrame = 200;
    private const int Runs = 7;

    private static readonly TimeSpan RunTime = TimeSpan.FromMilliseconds(200);

    public string Name => "engine";

    public string? Obstacle => null;

    public async IAsyncEnumerable<Row> Run(bool quick, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var open = EventMaker.Make("security_file_open", ("pathname", "/usr/lib/x86_64-linux-gnu/libc.so.6"), ("flags", 0x8000), ("dev", 2049), ("inode", 524_301), ("ctime", 1_763_683_200_000_000_000), ("syscall_pathname", "/lib/x86_64-linux-gnu/libc.so.6")).InContainer("270f747aa9815e3e1d0f7a2f8d3c6b5a4e9f0d1c2b3a49586776859493a2b1c0");
        var exit = EventMaker.Make("sched_process_exit", ("exit_code", 0), ("signal_code", 0), ("process_group_exit", true));
        var runs = quick ? 2 : Runs;
        yield return await MeasureAsync("engine unselected", 100, exit, Lookers(30, 16), runs, cancellation);
        yield return await MeasureAsync("engine 16 of 30 look at an open", 1000, open, Lookers(30, 16), runs, cancellation);
        yield return await MeasureAsync("engine 10 signatures", 600, open, Lookers(10, 10), runs, cancellation);
        yield return await MeasureAsync("engine 50 signatures", 2500, open, Lookers(50, 50), runs, cancellation);
        yield return await MeasureAsync("engine 100 signatures", 4000, open, Lookers(100, 100), runs, cancellation);
        yield return await MeasureAsync("engine 100 signatures with filters", 4000, open, Filtering(100), runs, cancellation);
    }

    private static async Task<Row> MeasureAsync(string name, double target, Event e, Func<Signature>[] signatures, int runs, CancellationToken cancellation)
    {
        var bytes = FrameMaker.Encode(EventMaker.Frame, [.. Enumerable.Repeat(e, EventsPerFrame)]);
        EventFrameCodec.TryRead(bytes, out _, out var cursor);
        using var counters = new ServiceCounters();
        var parts = Parts(counters, signatures);
        using var catalog = parts.Catalog;
        var state = new PartitionState(null, lost: false, parts.Counters);
        using var judge = new FrameJudge(parts, state, [.. catalog.Signatures.Select(s => Instance(parts, state, s))]);
        var losses = new LossWindow(TimeProvider.System, LossWindow.DefaultLength);
        var decoded = new Event();
        var (best, reference) = (double.MaxValue, double.MaxValue);
        for (var run = 0; run < runs; run++)
        {
            reference = Math.Min(reference, Best(() => Decode(cursor, decoded)));
            best = Math.Min(best, Best(() => judge.JudgeAsync(cursor, losses, ToldEvents.Nothing, cancellation).GetAwaiter().GetResult()));
            await Task.Yield();
        }

        return Row.AtMost(name, best, "ns/event", target, reference);
    }

    // CPU time of the process, which does nothing else: other work on the machine counts less.
    private static double Best(Action judgeFrame)
    {
        long frames = 0;
        var started = TimeProvider.System.GetTimestamp();
        var used = Environment.CpuUsage.TotalTime;
        while (TimeProvider.System.GetElapsedTime(started) < RunTime)
        {
            judgeFrame();
            frames++;
        }

        return (Environment.CpuUsage.TotalTime - used).TotalNanoseconds / (frames * EventsPerFrame);
    }

    private static void Decode(EventCursor events, Event target)
    {
        while (events.TryRead(target) == FrameStatus.Ok)
        {
        }
    }

    private static JudgeParts Parts(ServiceCounters counters, Func<Signature>[] signatures) => new(
        SignatureCatalog.Load(signatures, NullLogger.Instance),
        new Nothing(),
        new Nothing(),
        new LeftBehind(new Nothing(), NullLogger.Instance),
        new EvaluationLimits(),
        "bench",
        new Subjects(),
        new DetectorCounters(counters),
        TimeProvider.System,
        NullLogger.Instance);

    private static SignatureInstance Instance(JudgeParts parts, PartitionState state, LoadedSignature loaded)
    {
        var instance = new SignatureInstance(loaded, parts.Sources, state, parts.Log);
        instance.Initialise();
        return instance;
    }

    private static Func<Signature>[] Lookers(int all, int looking) =>
        [.. Enumerable.Range(0, all).Select(i => (Func<Signature>)(() => new Looker(i, new EventSelector("tracee", i < looking ? "security_file_open" : "security_inode_rename"))))];

    private static Func<Signature>[] Filtering(int all) =>
        [.. Enumerable.Range(0, all).Select(i => (Func<Signature>)(() => new Looker(i, new EventSelector("tracee", "security_file_open") { Filters = [ArgumentFilter.Is("pathname", $"/etc/secret{i}")] })))];

    private sealed class Looker(int number, EventSelector selector) : Signature
    {
        private readonly TextArgument _path = new("security_file_open", "pathname");
        private readonly NumberArgument _flags = new("security_file_open", "flags");

        public override SignatureMetadata Metadata { get; } = new($"B-{number:000}", $"bench_{number}");

        public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [selector];

        public override ValueTask OnEvent(Event e, CancellationToken cancellation)
        {
            if (OpenFlags.IsRead(_flags[e]) && _path[e].EndsWith("/randomize_va_space"u8))
            {
                Report(e);
            }

            return default;
        }
    }

    private sealed class Nothing : IDataSources, IFindingStore, IDisabledSignatures
    {
        public int Version => 0;

        public bool TryGet(string @namespace, string id, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IDataSource? source)
        {
            source = null;
            return false;
        }

        public Task StoreAsync(IReadOnlyList<Finding> findings, CancellationToken cancellation) => Task.CompletedTask;

        public Task RememberAsync(string signature, string version, string reason, CancellationToken cancellation) => Task.CompletedTask;
    }
}
