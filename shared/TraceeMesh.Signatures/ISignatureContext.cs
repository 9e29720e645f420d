using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Signatures;

/// <summary>What the engine gives a signature.</summary>
public interface ISignatureContext
{
    /// <summary>Where the signature writes for people.</summary>
    public ISignatureLogger Logger { get; }

    /// <summary>Finds a data source of the mesh. It may be kept as long as the signature lives.</summary>
    /// <param name="namespace">Such as <c>tracee</c>.</param>
    /// <param name="id">Such as <c>containers</c>.</param>
    /// <param name="source">The source; where there is none, one that answers <c>unavailable</c>.</param>
    /// <returns>Whether the mesh has it now.</returns>
    public bool TryGetDataSource(string @namespace, string id, out IDataSource source);

    /// <summary>Takes a finding on the event being judged; any other event is refused, counted and logged.</summary>
    public void Report(Event e, ReadOnlySpan<(string Name, DataValue Value)> data);
}
