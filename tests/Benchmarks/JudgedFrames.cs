using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging.Abstractions;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Detector;
using TraceeMesh.Detector.Disabling;
using TraceeMesh.Detector.Engine;
using TraceeMesh.Detector.Findings;
using TraceeMesh.Detector.Lookups;
using TraceeMesh.Detector.State;
using TraceeMesh.MessagePack;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.Signatures;
using TraceeMesh.Signatures.Testing;
using TraceeMesh.TestKit.Signatures;

namespace TraceeMesh.Benchmarks;

/// <summary>What the engine takes for an event of a frame, from its bytes to the last signature's answer; the reference is decoding the event.</summary>
internal static class JudgedFrames
{
    private const int EventsPerFrame = 200;
    private const int Runs = 7;

    private static readonly TimeSpan RunTime = TimeSpan.FromMilliseconds(200);

    /// <summary>Judges frames of one event over and over.</summary>
    /// <param name="name">Of the row.</param>
    /// <param name="target">Nanoseconds an event should take at most, where that is said.</param>
    /// <param name="e">The event.</param>
    /// <param name="signatures">Who judges.</param>
    /// <param name="quick">Fewer runs.</param>
    /// <param name="cancellation">Gives up.</param>
    public static Task<Row> MeasureAsync(string name, double? target, Event e, Func<Signature>[] signatures, bool quick, CancellationToken cancellation) =>
        MeasureAsync(name, target, e, SignatureCatalog.Load(signatures, NullLogger.Instance), quick, cancellation);

    /// <inheritdoc cref="MeasureAsync(string, double, Event, Func{Signature}[], bool, CancellationToken)"/>
    public static async Task<Row> MeasureAsync(string name, double? target, Event e, SignatureCatalog catalog, bool quick, CancellationToken cancellation)
    {
        using var signatures = catalog;
        var bytes = FrameMaker.Encode(EventMaker.Frame, [.. Enumerable.Repeat(e, EventsPerFrame)]);
        EventFrameCodec.TryRead(bytes, out _, out var cursor);
        using var counters = new ServiceCounters();
        var parts = Parts(counters, catalog);
        var state = new PartitionState(null, lost: false, parts.Counters);
        using var judge = new FrameJudge(parts, state, [.. catalog.Signatures.Select(s => Instance(parts, state, s))]);
        var losses = new LossWindow(TimeProvider.System, LossWindow.DefaultLength);
        var decoded = new Event();
        var (best, reference) = (double.MaxValue, double.MaxValue);
        for (var run = 0; run < (quick ? 2 : Runs); run++)
        {
            reference = Math.Min(reference, Best(() => Decode(cursor, decoded)));
            best = Math.Min(best, Best(() => judge.JudgeAsync(cursor, losses, cancellation).GetAwaiter().GetResult()));
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

    private static JudgeParts Parts(ServiceCounters counters, SignatureCatalog catalog) => new(
        catalog,
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

    // Every source is there, and answers at once that it knows nothing.
    private sealed class Nothing : IDataSources, IFindingStore, IDisabledSignatures
    {
        private static readonly Lookup Unknown = new(LookupResult.Failed(LookupStatus.NotFound));

        public int Version => 0;

        public bool TryGet(string @namespace, string id, [NotNullWhen(true)] out IDataSource? source)
        {
            source = new FixedDataSource(@namespace, id, static _ => Unknown);
            return true;
        }

        public Task StoreAsync(IReadOnlyList<Finding> findings, CancellationToken cancellation) => Task.CompletedTask;

        public Task RememberAsync(string signature, string version, string reason, CancellationToken cancellation) => Task.CompletedTask;
    }
}
