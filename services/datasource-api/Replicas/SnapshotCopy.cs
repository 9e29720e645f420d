using TraceeMesh.DataSourceApi.Log;

namespace TraceeMesh.DataSourceApi.Replicas;

/// <summary>What a snapshot is made of.</summary>
/// <param name="Entries">The entries, those written longest ago first.</param>
/// <param name="AsOf">The last record applied to them.</param>
/// <param name="ReplayFrom">The first record that is still needed behind them.</param>
/// <param name="Evicted">Entries that have made room for others.</param>
public sealed record SnapshotCopy(IReadOnlyList<SnapshotEntry> Entries, long AsOf, long ReplayFrom, long Evicted);
