using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Lookups;

/// <summary>Stands for a source that the mesh does not have.</summary>
internal sealed class AbsentDataSource(string @namespace, string id) : IDataSource
{
    public string Namespace => @namespace;

    public string Id => id;

    public int Version => 0;

    public string Schema => "{}";

    public IReadOnlyList<string> Keys => [];

    public ValueTask<Lookup> Get(Event e, LookupKey key, CancellationToken cancellation = default) => new(Lookup.Failed(LookupStatus.Unavailable));
}
