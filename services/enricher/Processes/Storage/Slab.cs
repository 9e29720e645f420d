using System.Runtime.CompilerServices;

namespace TraceeMesh.Enricher.Processes.Storage;

/// <summary>
/// Entries by number, in chunks that never move: a full store allocates nothing, and the collector has nothing to follow in it.
/// Number 0 is no entry.
/// </summary>
/// <typeparam name="T">The entry.</typeparam>
/// <param name="capacity">Entries at most.</param>
internal sealed class Slab<T>(int capacity)
    where T : unmanaged
{
    private const int ChunkBits = 9;
    private const int ChunkMask = (1 << ChunkBits) - 1;

    private T[][] _chunks = [];
    private int _chunkCount;
    private int _highest;
    private int _free;

    /// <summary>Entries in use.</summary>
    public int Count { get; private set; }

    /// <summary>Entries that may still be taken.</summary>
    public int Room => capacity - Count;

    /// <summary>An entry that was taken.</summary>
    public ref T this[int number]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _chunks[number >> ChunkBits][number & ChunkMask];
    }

    /// <summary>Takes an entry, all zero; 0 where there is no room.</summary>
    public int Take()
    {
        if (Count >= capacity)
        {
            return 0;
        }

        Count++;
        if (_free != 0)
        {
            var number = _free;
            ref var entry = ref this[number];
            _free = Unsafe.As<T, int>(ref entry);
            entry = default;
            return number;
        }

        if (++_highest >> ChunkBits >= _chunkCount)
        {
            Grow();
        }

        return _highest;
    }

    /// <summary>Gives an entry back.</summary>
    public void Free(int number)
    {
        // A free entry holds the number of the next one.
        Unsafe.As<T, int>(ref this[number]) = _free;
        _free = number;
        Count--;
    }

    /// <summary>Gives everything back.</summary>
    public void Clear()
    {
        _chunks = [];
        _chunkCount = 0;
        _highest = 0;
        _free = 0;
        Count = 0;
    }

    private void Grow()
    {
        if (_chunkCount == _chunks.Length)
        {
            Array.Resize(ref _chunks, Math.Max(8, _chunkCount * 2));
        }

        _chunks[_chunkCount++] = new T[1 << ChunkBits];
    }
}
