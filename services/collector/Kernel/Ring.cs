using System.Numerics;
using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Collector.Kernel;

/// <summary>
/// The reading end of the kernel's ring buffer, read where it lies. Reading does not free: the kernel may overwrite a
/// record only after <see cref="Release"/> has passed it. For one thread.
/// </summary>
/// <remarks>
/// The kernel's layout: one page with the consumer's position, one with the producer's, then the data, which is mapped
/// twice in a row so that a record never wraps. A record starts with four bytes of length (bit 31: still being
/// written, bit 30: discarded) and four of the kernel's own, and is padded to eight.
/// </remarks>
public sealed unsafe class Ring : IDisposable
{
    private const uint Busy = 1u << 31;
    private const uint Discarded = 1u << 30;
    private const int HeaderBytes = 8;

    private readonly MappedMemory _consumerPage;
    private readonly MappedMemory _producerPages;
    private readonly ulong* _consumer;
    private readonly ulong* _producer;
    private readonly byte* _data;
    private readonly ulong _mask;
    private ulong _read;

    /// <summary>Maps the ring and starts at what was released last.</summary>
    internal Ring(int descriptor, uint size)
    {
        if (!BitOperations.IsPow2(size))
        {
            throw new ArgumentOutOfRangeException(nameof(size), size, "A ring's size is a power of two.");
        }

        var page = Environment.SystemPageSize;
        Size = size;
        _mask = size - 1;
        _consumerPage = new MappedMemory(descriptor, 0, (nuint)page, writable: true);
        try
        {
            _producerPages = new MappedMemory(descriptor, page, (nuint)page + (2 * (nuint)size), writable: false);
        }
        catch
        {
            _consumerPage.Dispose();
            throw;
        }

        _consumer = (ulong*)_consumerPage.Start;
        _producer = (ulong*)_producerPages.Start;
        _data = _producerPages.Start + page;
        _read = Volatile.Read(ref *_consumer);
    }

    /// <summary>Bytes of the ring.</summary>
    public uint Size { get; }

    /// <summary>Where the next read starts; grows for ever.</summary>
    public long ReadPosition => (long)_read;

    /// <summary>Where the kernel writes next; <see cref="ReadPosition"/> equals it when everything is read.</summary>
    public long WritePosition => (long)Volatile.Read(ref *_producer);

    /// <summary>Bytes that hold records, read or not, which are not released yet.</summary>
    public long Occupied => WritePosition - (long)Volatile.Read(ref *_consumer);

    /// <summary>
    /// Gives the next record in place; it is valid until it is released. False when there is none, or the next one is
    /// still being written.
    /// </summary>
    /// <exception cref="InvalidDataException">The ring's own lengths contradict each other; it cannot be read any further.</exception>
    public bool TryRead(out ReadOnlySpan<byte> record)
    {
        var end = Volatile.Read(ref *_producer);
        while (_read < end)
        {
            var start = _data + (_read & _mask);
            var header = Volatile.Read(ref *(uint*)start);
            if ((header & Busy) != 0)
            {
                break;
            }

            var length = header & ~(Busy | Discarded);
            var step = ((ulong)length + HeaderBytes + 7) & ~7UL;
            if (length > RecordLimits.RecordMax || step > end - _read)
            {
                ThrowCorrupt(length);
            }

            _read += step;
            if ((header & Discarded) == 0)
            {
                record = new ReadOnlySpan<byte>(start + HeaderBytes, (int)length);
                return true;
            }
        }

        record = default;
        return false;
    }

    /// <summary>Reads on from a position that the ring still holds.</summary>
    /// <exception cref="InvalidDataException">It does not.</exception>
    public void ReadFrom(long position)
    {
        if ((ulong)position < Volatile.Read(ref *_consumer) || (ulong)position > Volatile.Read(ref *_producer))
        {
            throw new InvalidDataException($"The kernel's ring holds {Volatile.Read(ref *_consumer)} to {WritePosition}, not position {position}.");
        }

        _read = (ulong)position;
    }

    /// <summary>Lets the kernel reuse everything before a position that <see cref="ReadPosition"/> has had.</summary>
    public void Release(long position)
    {
        if ((ulong)position > _read || (ulong)position < Volatile.Read(ref *_consumer))
        {
            throw new ArgumentOutOfRangeException(nameof(position), position, "Only what was read and not released yet can be released.");
        }

        Volatile.Write(ref *_consumer, (ulong)position);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _consumerPage.Dispose();
        _producerPages.Dispose();
    }

    private void ThrowCorrupt(uint length) => throw new InvalidDataException(
        $"The kernel's ring is corrupt: at position {_read} it announces a record of {length} bytes. Restart the collector; if it happens again, report it with the kernel's version.");
}
