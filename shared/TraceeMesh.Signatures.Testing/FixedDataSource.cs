using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;

namespace TraceeMesh.Signatures.Testing;

/// <summary>A data source whose answers the test gives.</summary>
public sealed class FixedDataSource(string @namespace, string id, Func<DataValue, Lookup> answer, int version = 1) : IDataSource
{
    /// <inheritdoc/>
    public string Namespace => @namespace;

    /// <inheritdoc/>
    public string Id => id;

    /// <inheritdoc/>
    public int Version => version;

    /// <inheritdoc/>
    public string Schema => "{}";

    /// <inheritdoc/>
    public IReadOnlyList<string> Keys => ["string"];

    /// <inheritdoc/>
    public ValueTask<Lookup> Get(Event e, LookupKey key, CancellationToken cancellation = default) => new(answer(key.Value));
}
