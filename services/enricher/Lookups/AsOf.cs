namespace TraceeMesh.Enricher.Lookups;

/// <summary>As of when a question is answered: a fact is seen if it came at or before the position and happened at or before the time.</summary>
/// <param name="Position">Position of the event that asks; <see cref="StorePosition.Open"/> where none does.</param>
/// <param name="Time">Time of that event, or the one asked for, ns since boot; <see cref="long.MaxValue"/> where none is given.</param>
/// <param name="BootEpoch">Add to ns since boot to get ns since the epoch, as the event that asks has it.</param>
public readonly record struct AsOf(StorePosition Position, long Time, long BootEpoch)
{
    /// <summary>Whether neither event nor time is given: as things are now.</summary>
    public bool IsNow => !HasPosition && Time == long.MaxValue;

    /// <summary>Whether an event asks.</summary>
    public bool HasPosition => Position != StorePosition.Open;

    /// <summary>ns since the epoch of ns since boot; 0 of 0, which is unknown.</summary>
    public long Epoch(long sinceBoot) => sinceBoot == 0 ? 0 : sinceBoot + BootEpoch;

    /// <summary>The same question as of another time.</summary>
    /// <param name="time">ns since the epoch.</param>
    public AsOf At(long time) => this with { Time = time - BootEpoch };

    /// <summary>Whether a fact that came at <paramref name="position"/> and happened at <paramref name="time"/> (ns since boot) is seen.</summary>
    public bool Sees(StorePosition position, long time) => time <= Time && position <= Position;
}
