namespace TraceeMesh.Enricher;

/// <summary>When a record happened: its position, and its time in ns since the epoch.</summary>
/// <param name="Position">Where in the node's order.</param>
/// <param name="Time">ns since the epoch.</param>
public readonly record struct Moment(StorePosition Position, long Time);
