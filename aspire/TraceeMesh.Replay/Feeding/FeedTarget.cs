namespace TraceeMesh.Replay.Feeding;

/// <summary>Where and how a capture is fed.</summary>
/// <param name="Node">The node it is fed as.</param>
/// <param name="Speed">How fast.</param>
/// <param name="Spread">Over how many partitions the node's events go.</param>
public sealed record FeedTarget(string Node, ReplaySpeed Speed, int Spread = 1);
