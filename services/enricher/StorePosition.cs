namespace TraceeMesh.Enricher;

/// <summary>
/// A position in the order of everything this enricher has applied: loads follow each other, and each counts from 0.
/// </summary>
/// <param name="Load">Which load, counted from 0 in the order in which they came.</param>
/// <param name="Offset">Offset in that load.</param>
public readonly record struct StorePosition(int Load, long Offset) : IComparable<StorePosition>
{
    /// <summary>Before everything.</summary>
    public static readonly StorePosition Beginning = new(0, 0);

    /// <summary>Behind everything: the end of what still is.</summary>
    public static readonly StorePosition Open = new(int.MaxValue, long.MaxValue);

    /// <summary>Order.</summary>
    public static bool operator <(StorePosition left, StorePosition right) => left.CompareTo(right) < 0;

    /// <summary>Order.</summary>
    public static bool operator >(StorePosition left, StorePosition right) => left.CompareTo(right) > 0;

    /// <summary>Order.</summary>
    public static bool operator <=(StorePosition left, StorePosition right) => left.CompareTo(right) <= 0;

    /// <summary>Order.</summary>
    public static bool operator >=(StorePosition left, StorePosition right) => left.CompareTo(right) >= 0;

    /// <inheritdoc/>
    public int CompareTo(StorePosition other) => Load != other.Load ? Load.CompareTo(other.Load) : Offset.CompareTo(other.Offset);
}
