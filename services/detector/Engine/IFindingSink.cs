using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Detector.Lookups;

namespace TraceeMesh.Detector.Engine;

/// <summary>Takes what signatures report.</summary>
public interface IFindingSink
{
    /// <summary>Takes a finding; whatever it needs of the event it copies before it returns.</summary>
    /// <returns>Whether it was taken.</returns>
    public bool Add(SignatureInstance signature, Event e, int ordinal, ReadOnlySpan<(string Name, DataValue Value)> data, IReadOnlyList<AskedLookup> asked);

    /// <summary>Counts a finding that was not taken.</summary>
    public void Refuse();
}
