using System.Buffers;
using Microsoft.Extensions.Logging;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.Detector;
using TraceeMesh.Detector.Engine;
using TraceeMesh.Detector.Findings;
using TraceeMesh.Detector.Loading;
using TraceeMesh.Detector.Lookups;
using TraceeMesh.Enricher.Cutting;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.Signatures;

namespace TraceeMesh.Replay.Judging;

/// <summary>The detector of a replay: signatures, and what judges event frames with them, one after the other.</summary>
internal sealed class ReplayDetector : IAsyncDisposable
{
    // Nobody waits for a replay as for a live mesh, and a machine that is busy must not change what is found.
    private static readonly EvaluationLimits Limits = new() { Evaluation = TimeSpan.FromSeconds(30), WithLookups = TimeSpan.FromMinutes(2) };

    private readonly ServiceCounters _serviceCounters = new();
    private readonly DetectorCounters _counters;
    private readonly FindingLines _findings;
    private readonly SignatureCatalog _catalog;
    private readonly SignatureDirectory? _directory;
    private readonly JudgeParts _parts;
    private readonly Dictionary<int, JudgedPartition> _partitions = [];

    /// <param name="signatures">The signatures that come with the mesh.</param>
    /// <param name="directory">The operator's directory of signatures; null for none.</param>
    /// <param name="node">The node whose events are judged.</param>
    /// <param name="sources">The data sources.</param>
    /// <param name="clock">The time of what is replayed.</param>
    /// <param name="take">Takes each finding.</param>
    /// <param name="log">The log.</param>
    public ReplayDetector(IEnumerable<Func<Signature>> signatures, string? directory, string node, IDataSources sources, TimeProvider clock, Action<Finding> take, ILogger log)
    {
        _counters = new DetectorCounters(_serviceCounters);
        _findings = new FindingLines(take);
        _catalog = SignatureCatalog.Load(signatures, log);
        _directory = directory is null ? null : new SignatureDirectory(directory, _catalog, static () => { }, clock, log);
        _parts = new JudgeParts(_catalog, sources, _findings, new LeftBehind(new NothingRemembered(), log), Limits, node, new Subjects(), _counters, clock, log);
    }

    /// <summary>Loads the operator's directory.</summary>
    public Task LoadAsync(CancellationToken cancellation) => _directory?.LoadAsync(cancellation) ?? Task.CompletedTask;

    /// <summary>The events that the signatures want.</summary>
    public EventSet Wanted()
    {
        Selection selection = _catalog.Wanted();
        var all = selection.Events.Contains(EventSelector.Any);
        return new EventSet(EventCatalog.All
            .Where(d => !d.Internal && (all ? !SystemCallTable.IsSystemCall(d.Id) : selection.Events.Contains(d.Name)))
            .Select(d => d.Id)
            .Where(id => id < EventSet.Limit));
    }

    /// <summary>Judges a frame, and gives its buffer back unless a signature that did not come back may still read it.</summary>
    public async Task JudgeAsync(CutFrame frame, CancellationToken cancellation)
    {
        if (!_partitions.TryGetValue(frame.Partition, out var partition))
        {
            _partitions[frame.Partition] = partition = new JudgedPartition(_parts);
        }

        if (await partition.JudgeAsync(frame, cancellation))
        {
            ArrayPool<byte>.Shared.Return(frame.Buffer);
        }
    }

    /// <summary>What it came to.</summary>
    public JudgeReport Report() => new()
    {
        Events = _counters.EventsJudged.Value,
        Lost = _counters.EventsLost.Value,
        Findings = _findings.Count,
        Signatures = _catalog.Report(),
    };

    public async ValueTask DisposeAsync()
    {
        foreach (var partition in _partitions.Values)
        {
            await partition.DisposeAsync();
        }

        _directory?.Dispose();
        _catalog.Dispose();
        _serviceCounters.Dispose();
    }
}
