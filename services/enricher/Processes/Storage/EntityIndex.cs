using System.Runtime.CompilerServices;

namespace TraceeMesh.Enricher.Processes.Storage;

/// <summary>
/// Entries of a slab by entity id: open addressing, a slot is half an id and the number of the entry. Ids are hashes already,
/// so their low bits are the place.
/// </summary>
/// <typeparam name="T">The entry.</typeparam>
internal sealed class EntityIndex<T>(Slab<T> entries)
    where T : unmanaged, IEntity
{
    private const int FirstSize = 1024;

    // Low half of the id, then the number; 0 is empty.
    private ulong[] _slots = new ulong[FirstSize];
    private int _count;

    /// <summary>The entry with this id; 0 where there is none.</summary>
    public int Find(ulong id)
    {
        var mask = _slots.Length - 1;
        for (var at = (int)id & mask; _slots[at] != 0; at = (at + 1) & mask)
        {
            var slot = _slots[at];
            if ((uint)(slot >> 32) == (uint)id && entries[(int)slot].Id == id)
            {
                return (int)slot;
            }
        }

        return 0;
    }

    /// <summary>Adds an entry whose id is not there.</summary>
    public void Add(int number)
    {
        // At three quarters a miss looks at eight slots on average.
        if (_count >= _slots.Length / 4 * 3)
        {
            Grow();
        }

        _count++;
        Place(_slots, entries[number].Id << 32 | (uint)number);
    }

    /// <summary>Removes an entry.</summary>
    public void Remove(int number)
    {
        var mask = _slots.Length - 1;
        var wanted = entries[number].Id << 32 | (uint)number;
        var hole = HomeOf(wanted, mask);
        while (_slots[hole] != wanted)
        {
            if (_slots[hole] == 0)
            {
                return;
            }

            hole = (hole + 1) & mask;
        }

        // What was pushed on by the removed one moves back, so that no search ends at the hole too early.
        for (var at = (hole + 1) & mask; _slots[at] != 0; at = (at + 1) & mask)
        {
            if (((at - HomeOf(_slots[at], mask)) & mask) >= ((at - hole) & mask))
            {
                _slots[hole] = _slots[at];
                hole = at;
            }
        }

        _slots[hole] = 0;
        _count--;
    }

    /// <summary>Removes everything.</summary>
    public void Clear()
    {
        _slots = new ulong[FirstSize];
        _count = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int HomeOf(ulong slot, int mask) => (int)(slot >> 32) & mask;

    private static void Place(ulong[] slots, ulong slot)
    {
        var mask = slots.Length - 1;
        var at = HomeOf(slot, mask);
        while (slots[at] != 0)
        {
            at = (at + 1) & mask;
        }

        slots[at] = slot;
    }

    private void Grow()
    {
        var larger = new ulong[_slots.Length * 2];
        foreach (var slot in _slots)
        {
            if (slot != 0)
            {
                Place(larger, slot);
            }
        }

        _slots = larger;
    }
}
