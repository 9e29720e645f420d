using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Enricher.Lookups;
using TraceeMesh.Signatures;

namespace TraceeMesh.Replay.Judging;

/// <summary>A data source of the node, asked in this process as it is over the bus: as of the event's position.</summary>
/// <param name="lookups">The source.</param>
internal sealed class NodeDataSource(NodeLookups lookups) : IDataSource
{
    public string Namespace => SourceDescription.Namespace;

    public string Id => lookups.Source.Description.Id;

    public int Version => SourceDescription.Version;

    public string Schema => lookups.Source.Description.Schema;

    public IReadOnlyList<string> Keys { get; } = lookups.Source.Description.Keys.Split(',');

    public ValueTask<Lookup> Get(Event e, LookupKey key, CancellationToken cancellation = default)
    {
        // Everything before the event is applied: nobody has to be waited for.
        lookups.TryAnswer(
            new LookupRequest { Keys = [key.Value], Node = e.Frame.Node, LoadId = e.Frame.LoadId, Position = e.Context.Position, Time = e.Context.Timestamp },
            out var reply,
            out _);
        return new(new Lookup(reply.Results[0]));
    }
}
