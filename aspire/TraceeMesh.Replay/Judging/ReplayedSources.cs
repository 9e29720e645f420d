using System.Diagnostics.CodeAnalysis;
using TraceeMesh.Capture;
using TraceeMesh.Detector.Lookups;
using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Lookups;
using TraceeMesh.Signatures;

namespace TraceeMesh.Replay.Judging;

/// <summary>The data sources of a replay: those of the node, filled from its frames, and those of the mesh as they were recorded.</summary>
internal sealed class ReplayedSources : IDataSources
{
    private readonly Dictionary<(string Namespace, string Id), IDataSource> _sources = [];

    public ReplayedSources(string node, NodeStores stores, CaptureFile? capture, CaptureClock clock)
    {
        foreach (INodeSource source in (INodeSource[])[new ContainersSource(stores), new ProcessTreeSource(stores), new Enricher.Lookups.DnsSource(stores, clock)])
        {
            _sources[(SourceDescription.Namespace, source.Description.Id)] = new NodeDataSource(new NodeLookups(node, stores, source));
        }

        foreach (var source in capture?.Sources ?? [])
        {
            var values = capture!.Values.Where(v => v.Namespace == source.Namespace && v.Id == source.Id);
            _sources.TryAdd((source.Namespace, source.Id), new CapturedDataSource(source, values, clock));
        }
    }

    public int Version => 1;

    public bool TryGet(string @namespace, string id, [NotNullWhen(true)] out IDataSource? source) => _sources.TryGetValue((@namespace, id), out source);
}
