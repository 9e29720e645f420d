using TraceeMesh.Contracts.Lookups;

namespace TraceeMesh.Detector.Lookups;

/// <summary>What is known of the changes of a data source.</summary>
public interface IChangeProof
{
    /// <summary>Whether an answer that was true as of a position is true at a later one.</summary>
    /// <param name="load">Load of both.</param>
    /// <param name="subject">What the answer is about.</param>
    /// <param name="asOf">The last position at which it is known to be true.</param>
    /// <param name="position">The later one.</param>
    public bool Proves(uint load, in LookupKey subject, long asOf, long position);
}
