using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging.Abstractions;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Detector;
using TraceeMesh.Detector.Disabling;
using TraceeMesh.Detector.Engine;
using TraceeMesh.Detector.Findings;
using TraceeMesh.Detector.Loading;
using TraceeMesh.Detector.Lookups;
using TraceeMesh.Detector.State;
using TraceeMesh.MessagePack;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.Signatures;
using TraceeMesh.TestKit.Signatures;

namespace TraceeMesh.Benchmarks;

/// <summary>The judging half of a detector with the built-in signatures: 10 000 events a second over sixteen partitions.</summary>
internal sealed class JudgingDetector : IFindingStore, IDataSources, IDisabledSignatures, IAsyncDisposable
{
    private const int EventsPerFrame = 50;

    private readonly ServiceCounters _counters = new();
    private readonly List<PartitionState> _states;
    private readonly List<SignatureFence> _fences;

    public JudgingDetector()
    {
        Catalog = SignatureCatalog.Load(SignatureAssembly.Find(typeof(TraceeMesh.Signatures.BuiltIn.DefenseEvasion.AntiDebugging).Assembly), NullLogger.Instance);
        var parts = new JudgeParts(Catalog, this, this, new LeftBehind(this, NullLogger.Instance), new EvaluationLimits(), "bench", new Subjects(), new DetectorCounters(_counters), TimeProvider.System, NullLogger.Instance);
        _states = [.. Enumerable.Range(0, Partitioning.Partitions).Select(_ => new PartitionState(null, lost: false, parts.Counters))];
        _fences = _states.ConvertAll(s => new SignatureFence(parts, s));
    }

    /// <summary>A frame is due so often.</summary>
    public static TimeSpan FrameInterval { get; } = TimeSpan.FromMilliseconds(5);

    public SignatureCatalog Catalog { get; }

    public int Version => 0;

    /// <summary>Frames go to one partition after the other until it is over.</summary>
    /// <returns>Of each frame the time from when it is due to when it is judged, ms.</returns>
    public async Task<List<double>> JudgeAsync(Task over, CancellationToken cancellation)
    {
        var bytes = FrameMaker.Encode(EventMaker.Frame, [.. Enumerable.Repeat(EventMaker.Make("ptrace", ("request", 1)), EventsPerFrame)]);
        var losses = new LossWindow(TimeProvider.System, LossWindow.DefaultLength);
        var judged = new Task<double>?[_fences.Count];
        var times = new List<double>();
        using var pace = new PeriodicTimer(FrameInterval);
        for (var frame = 0; !over.IsCompleted; frame++)
        {
            await pace.WaitForNextTickAsync(cancellation);
            if (judged[frame % _fences.Count] is { } last)
            {
                times.Add(await last);
            }

            judged[frame % _fences.Count] = JudgeAsync(frame);
        }

        foreach (var last in judged)
        {
            times.Add(last is null ? 0 : await last);
        }

        await over;
        return times;

        async Task<double> JudgeAsync(int number)
        {
            var due = TimeProvider.System.GetTimestamp();
            var partition = number % _fences.Count;
            EventFrameCodec.TryRead(bytes, out _, out var events);
            await _fences[partition].JudgeAsync(events, losses, ToldEvents.Nothing, cancellation);
            _states[partition].Commit("", number + 1);
            return TimeProvider.System.GetElapsedTime(due).TotalMilliseconds;
        }
    }

    public Task StoreAsync(IReadOnlyList<Finding> findings, CancellationToken cancellation) => Task.CompletedTask;

    public Task RememberAsync(string signature, string version, string reason, CancellationToken cancellation) => Task.CompletedTask;

    public bool TryGet(string @namespace, string id, [NotNullWhen(true)] out IDataSource? source)
    {
        source = null;
        return false;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var fence in _fences)
        {
            await fence.DisposeAsync();
        }

        Catalog.Dispose();
        _counters.Dispose();
    }
}
