using TraceeMesh.Contracts;

namespace TraceeMesh.Detector.State;

/// <summary>What a signature keeps under one key.</summary>
/// <param name="Value">The value.</param>
/// <param name="Expires">When it ends, ns since the epoch in the time of events.</param>
/// <param name="Written">Which write of the signature it was; the lowest is the first to make room.</param>
/// <param name="Bytes">What it counts against the limits.</param>
public sealed record StateEntry(DataValue Value, long Expires, long Written, int Bytes);
