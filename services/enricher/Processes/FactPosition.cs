namespace TraceeMesh.Enricher.Processes;

/// <summary>A <see cref="StorePosition"/> in 64 bits: 16 for the load, 48 for the offset; what exceeds them is as far as they reach.</summary>
/// <param name="Bits">The bits; in the order of positions.</param>
public readonly record struct FactPosition(ulong Bits) : IComparable<FactPosition>
{
    private const int OffsetBits = 48;
    private const ulong OffsetMask = (1UL << OffsetBits) - 1;

    /// <summary>Behind everything.</summary>
    public static readonly FactPosition Open = new(ulong.MaxValue);

    /// <summary>A position in 64 bits.</summary>
    public static FactPosition Of(StorePosition position) =>
        new(((ulong)Math.Clamp(position.Load, 0, ushort.MaxValue) << OffsetBits) | Math.Min((ulong)Math.Max(position.Offset, 0), OffsetMask));

    /// <summary>The position.</summary>
    public StorePosition ToStorePosition() =>
        this == Open ? StorePosition.Open : new StorePosition((int)(Bits >> OffsetBits), (long)(Bits & OffsetMask));

    /// <summary>Order.</summary>
    public static bool operator <(FactPosition left, FactPosition right) => left.Bits < right.Bits;

    /// <summary>Order.</summary>
    public static bool operator >(FactPosition left, FactPosition right) => left.Bits > right.Bits;

    /// <summary>Order.</summary>
    public static bool operator <=(FactPosition left, FactPosition right) => left.Bits <= right.Bits;

    /// <summary>Order.</summary>
    public static bool operator >=(FactPosition left, FactPosition right) => left.Bits >= right.Bits;

    /// <inheritdoc/>
    public int CompareTo(FactPosition other) => Bits.CompareTo(other.Bits);
}
