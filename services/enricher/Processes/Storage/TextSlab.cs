namespace TraceeMesh.Enricher.Processes.Storage;

/// <summary>Short byte strings by number, in blocks of 16 bytes that never move. Number 0 is none; who keeps a number keeps the length.</summary>
/// <param name="capacity">Bytes at most, rounded up to whole chunks.</param>
internal sealed class TextSlab(long capacity)
{
    /// <summary>Bytes of the longest text.</summary>
    public const int MaxLength = 4096;

    private const int UnitBits = 4;
    private const int ChunkBits = 16;
    private const int UnitsPerChunk = 1 << (ChunkBits - UnitBits);

    private readonly int[] _free = new int[(MaxLength >> UnitBits) + 1];
    private byte[][] _chunks = [];
    private int _chunkCount;

    // Unit 0 of the first chunk is never given away: number 0 is none.
    private int _next = 1;

    /// <summary>Bytes in use, rounded up to blocks.</summary>
    public long Used { get; private set; }

    /// <summary>Bytes that may still be used.</summary>
    public long Room => capacity - Used;

    /// <summary>Keeps a copy; 0 of an empty text, of one that is too long and where there is no room.</summary>
    public int Add(ReadOnlySpan<byte> text)
    {
        var units = UnitsOf(text.Length);
        if (units == 0 || text.Length > MaxLength || (long)units << UnitBits > Room)
        {
            return 0;
        }

        var number = Take(units);
        text.CopyTo(_chunks[number / UnitsPerChunk].AsSpan(number % UnitsPerChunk << UnitBits));
        Used += (long)units << UnitBits;
        return number;
    }

    /// <summary>A text.</summary>
    public ReadOnlyMemory<byte> Memory(int number, int length) =>
        number == 0 ? default : _chunks[number / UnitsPerChunk].AsMemory(number % UnitsPerChunk << UnitBits, length);

    /// <summary>A text.</summary>
    public ReadOnlySpan<byte> this[int number, int length] =>
        number == 0 ? default : _chunks[number / UnitsPerChunk].AsSpan(number % UnitsPerChunk << UnitBits, length);

    /// <summary>Gives a text back.</summary>
    public void Free(int number, int length)
    {
        if (number == 0)
        {
            return;
        }

        var units = UnitsOf(length);
        BitConverter.TryWriteBytes(_chunks[number / UnitsPerChunk].AsSpan(number % UnitsPerChunk << UnitBits), _free[units]);
        _free[units] = number;
        Used -= (long)units << UnitBits;
    }

    /// <summary>Gives everything back.</summary>
    public void Clear()
    {
        _chunks = [];
        _chunkCount = 0;
        Array.Clear(_free);
        _next = 1;
        Used = 0;
    }

    private static int UnitsOf(int length) => (length + (1 << UnitBits) - 1) >> UnitBits;

    private int Take(int units)
    {
        // A free block holds the number of the next one of its size.
        var number = _free[units];
        if (number != 0)
        {
            _free[units] = BitConverter.ToInt32(_chunks[number / UnitsPerChunk].AsSpan(number % UnitsPerChunk << UnitBits));
            return number;
        }

        if ((_next % UnitsPerChunk) + units > UnitsPerChunk)
        {
            // A block lies in one chunk; what is left of the last one waits for texts of its size.
            var left = UnitsPerChunk - (_next % UnitsPerChunk);
            BitConverter.TryWriteBytes(_chunks[_next / UnitsPerChunk].AsSpan(_next % UnitsPerChunk << UnitBits), _free[left]);
            _free[left] = _next;
            _next += left;
        }

        if (_next / UnitsPerChunk >= _chunkCount)
        {
            if (_chunkCount == _chunks.Length)
            {
                Array.Resize(ref _chunks, Math.Max(8, _chunkCount * 2));
            }

            _chunks[_chunkCount++] = new byte[1 << ChunkBits];
        }

        number = _next;
        _next += units;
        return number;
    }
}
