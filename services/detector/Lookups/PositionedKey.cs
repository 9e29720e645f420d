using TraceeMesh.Contracts.Lookups;

namespace TraceeMesh.Detector.Lookups;

/// <summary>A question for one event.</summary>
/// <param name="Key">What is asked.</param>
/// <param name="Position">Position of the event.</param>
/// <param name="Time">Its time, ns since the epoch.</param>
public readonly record struct PositionedKey(LookupKey Key, long Position, long Time);
