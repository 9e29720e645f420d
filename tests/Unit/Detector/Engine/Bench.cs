using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Detector;
using TraceeMesh.Detector.Engine;
using TraceeMesh.Detector.Findings;
using TraceeMesh.Detector.Lookups;
using TraceeMesh.MessagePack;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.Signatures;
using TraceeMesh.TestKit.Signatures;

namespace TraceeMesh.Tests.Unit.Detector.Engine;

/// <summary>An engine without a bus: signatures in, frames in, findings out.</summary>
internal sealed class Bench : IFindingStore, IDataSources, IDisposable
{
    private readonly ServiceCounters _counters = new();
    private readonly Dictionary<(string, string), IDataSource> _sources = [];
    private readonly SignatureFence _fence;

    public Bench(TimeSpan? limit, params Func<Signature>[] signatures)
    {
        Counters = new DetectorCounters(_counters);
        Catalog = SignatureCatalog.Load(signatures, NullLogger.Instance);
        _fence = new SignatureFence(new JudgeParts(Catalog, this, this, new Subjects(), Counters, TimeProvider.System, NullLogger.Instance), limit);
    }

    public Bench(params Func<Signature>[] signatures)
        : this(null, signatures)
    {
    }

    public DetectorCounters Counters { get; }

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
        return await _fence.JudgeAsync(cursor, Losses, CancellationToken.None);
    }

    public IEnumerable<JsonNode> Json() => Found.Select(f => JsonNode.Parse(f.Payload)!);

    public Task StoreAsync(IReadOnlyList<Finding> findings, CancellationToken cancellation)
    {
        Found.AddRange(findings);
        return Task.CompletedTask;
    }

    public bool TryGet(string @namespace, string id, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IDataSource? source) => _sources.TryGetValue((@namespace, id), out source);

    public void Dispose()
    {
        _fence.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _counters.Dispose();
    }
}
