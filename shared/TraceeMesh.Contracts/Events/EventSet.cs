using System.Numerics;
using System.Runtime.InteropServices;

namespace TraceeMesh.Contracts.Events;

/// <summary>A set of event numbers below <see cref="Limit"/>, on the wire a bit map (bit n of byte n/8: event n).</summary>
public sealed class EventSet : IEquatable<EventSet>
{
    /// <summary>Every event that can be selected has a number below this: those of the kernel side, and behind them those derived from others.</summary>
    public const int Limit = 2048;

    /// <summary>Bytes of the bit map.</summary>
    public const int ByteCount = Limit / 8;

    private readonly ulong[] _bits = new ulong[Limit / 64];

    /// <summary>A set of the given numbers.</summary>
    public EventSet(params IEnumerable<int> ids)
    {
        foreach (var id in ids)
        {
            Add(id);
        }
    }

    /// <summary>The bit map.</summary>
    public ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes(_bits.AsSpan());

    /// <summary>How many events it holds.</summary>
    public int Count
    {
        get
        {
            var count = 0;
            foreach (var word in _bits)
            {
                count += BitOperations.PopCount(word);
            }

            return count;
        }
    }

    /// <summary>Reads a bit map; shorter ones are filled with zeros, longer ones refused.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out EventSet set)
    {
        set = new EventSet();
        if (bytes.Length > ByteCount)
        {
            return false;
        }

        bytes.CopyTo(MemoryMarshal.AsBytes(set._bits.AsSpan()));
        return true;
    }

    /// <summary>Adds a number; those out of range are ignored, since nobody can select them.</summary>
    public void Add(int id)
    {
        if ((uint)id < Limit)
        {
            _bits[id >> 6] |= 1UL << (id & 63);
        }
    }

    /// <summary>Adds every number of <paramref name="other"/>.</summary>
    public void UnionWith(EventSet other)
    {
        for (var i = 0; i < _bits.Length; i++)
        {
            _bits[i] |= other._bits[i];
        }
    }

    /// <summary>Whether every number of <paramref name="other"/> is in the set.</summary>
    public bool Covers(EventSet other)
    {
        for (var i = 0; i < _bits.Length; i++)
        {
            if ((other._bits[i] & ~_bits[i]) != 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether the number is in the set.</summary>
    public bool Contains(int id) => (uint)id < Limit && (_bits[id >> 6] & (1UL << (id & 63))) != 0;

    /// <inheritdoc/>
    public bool Equals(EventSet? other) => other is not null && _bits.AsSpan().SequenceEqual(other._bits);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as EventSet);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }
}
