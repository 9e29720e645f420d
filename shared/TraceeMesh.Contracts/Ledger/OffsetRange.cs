namespace TraceeMesh.Contracts.Ledger;

/// <summary>The offsets from <paramref name="From"/> up to, not including, <paramref name="To"/>.</summary>
/// <param name="From">First offset.</param>
/// <param name="To">Offset behind the last.</param>
public readonly record struct OffsetRange(long From, long To)
{
    /// <summary>How many.</summary>
    public long Count => To - From;
}
