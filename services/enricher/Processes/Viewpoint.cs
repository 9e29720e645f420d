using TraceeMesh.Enricher.Lookups;

namespace TraceeMesh.Enricher.Processes;

/// <summary>From where the tree is looked at. A fact is seen if it came at or before the position and happened at or before the time.</summary>
/// <param name="Time">ns since boot.</param>
/// <param name="Position">The position.</param>
/// <param name="IsFixed">Whether the time is not that of the event that asks: an answer then serves events of other times, too.</param>
/// <param name="OrOldest">Whether, of what was never seen then, the oldest that is known is taken: what a snapshot showed of an ancestor.</param>
public readonly record struct Viewpoint(long Time, FactPosition Position, bool IsFixed = false, bool OrOldest = false)
{
    /// <summary>As things are now.</summary>
    public static readonly Viewpoint Now = new(long.MaxValue, FactPosition.Open);

    /// <summary>Whether the time is the same for every event that may be served: it is given, or no event asks.</summary>
    public bool HasOneTime => IsFixed || Position == FactPosition.Open;

    /// <summary>The viewpoint of a question.</summary>
    public static Viewpoint Of(in AsOf at) => new(at.Time, FactPosition.Of(at.Position));

    /// <summary>That from which the parent of a process that began at <paramref name="start"/> is looked at.</summary>
    public Viewpoint OfParent(long start) => new(start, Position, IsFixed: true, OrOldest: true);

    /// <summary>Whether a fact is seen.</summary>
    public bool Sees(in FactStamp stamp) => stamp.Time <= Time && stamp.Position <= Position && !stamp.IsNever;
}
