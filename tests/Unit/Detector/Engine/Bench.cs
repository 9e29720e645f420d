using System.Text.Json.Nodes;
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

namespace TraceeMesh.Tests.Unit.Detector.Engine;

/// <summary>An engine without a bus: signatures in, frames in, findings out.</summary>
internal sealed class Bench : IFindingStore, IDataSources, IDisabledSignatures, IDisposable
{
    private readonly ServiceCounters _counters = new();
    private readonly Dictionary<(string, string), IDataSource> _sources = [];
    private readonly SignatureFence _fence;
    private long _frames;

    public Bench(EvaluationLimits? limits, params Func<Signature>[] signatures)
    {
        Counters = new DetectorCounters(_counters);
        Catalog = SignatureCatalog.Load(signatures, NullLogger.Instance);
        LeftBehind = new LeftBehind(this, NullLogger.Instance);
        State = new PartitionState(null, lost: false, Counters);
        Parts = new JudgeParts(Catalog, this, this, LeftBehind, limits ?? new EvaluationLimits(), "node-d", new Subjects(), Counters, TimeProvider.System, NullLogger.Instance) { WaitOf = thread => WaitOf(thread) };
        _fence = new SignatureFence(Parts, State);
    }

    public Bench(params Func<Signature>[] signatures)
        : this(null, signatures)
    {
    }

    /// <summary>How long a thread waited for a CPU.</summary>
    public Func<int, TimeSpan> WaitOf { get; init; } = RunQueue.WaitOf;

    public DetectorCounters Counters { get; }

    public JudgeParts Parts { get; }

    public PartitionState State { get; }

    public LeftBehind LeftBehind { get; }

    public List<(string Signature, string Version, string Reason)> Remembered { get; } = [];

    public SignatureCatalog Catalog { get; }

    public LossWindow Losses { get; } = new(TimeProvider.System, LossWindow.DefaultLength);

    public List<Finding> Found { get; } = [];

    public int Version { get; private set; }

    public void Add(IDataSource source)
    {
        _sources[(source.Namespace, source.Id)] = source;
        Version++;
    }

    public async Task<JudgedFrame> Judge(params Event[] events)
    {
        EventFrameCodec.TryRead(FrameMaker.Encode(EventMaker.Frame, events), out _, out var cursor);
        var judged = await _fence.JudgeAsync(cursor, Losses, ToldEvents.Nothing, CancellationToken.None);
        State.Commit("", ++_frames);
        return judged;
    }

    public Task RememberAsync(string signature, string version, string reason, CancellationToken cancellation)
    {
        Remembered.Add((signature, version, reason));
        return Task.CompletedTask;
    }

    public IEnumerable<JsonNode> Json() => Found.Select(f => JsonNode.Parse(f.Payload)!);

    /// <summary>What signatures found.</summary>
    public IEnumerable<JsonNode> Findings() => Json().Where(j => (string?)j["eventName"] != DisabledAnnouncement.EventName);

    /// <summary>Ids of the signatures of which it was announced that they are disabled.</summary>
    public IEnumerable<string?> Announced() => Json()
        .Where(j => (string?)j["eventName"] == DisabledAnnouncement.EventName)
        .Select(j => (string?)j["args"]!.AsArray().Single(a => (string?)a!["name"] == "signature_id")!["value"]);

    public Task StoreAsync(IReadOnlyList<Finding> findings, CancellationToken cancellation)
    {
        Found.AddRange(findings);
        return Task.CompletedTask;
    }

    public bool TryGet(string @namespace, string id, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IDataSource? source) => _sources.TryGetValue((@namespace, id), out source);

    public void Dispose()
    {
        _fence.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Catalog.Dispose();
        _counters.Dispose();
    }
}
