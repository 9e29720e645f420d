using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TraceeMesh.Contracts.Records;

/// <summary>What is wrong with a record.</summary>
public enum RecordStatus
{
    /// <summary>Nothing.</summary>
    Ok,

    /// <summary>Fewer bytes than its head or than its head claims.</summary>
    Truncated,

    /// <summary>It claims more than <see cref="RecordLimits.RecordMax"/> or less than its head.</summary>
    BadSize,

    /// <summary>Its body is longer than what is left.</summary>
    BadBody,

    /// <summary>A part of its tail is longer than what is left, or there are fewer parts than claimed.</summary>
    BadTail,

    /// <summary>Its event number is not in the catalog.</summary>
    UnknownEvent,
}

/// <summary>
/// Reads one record as the kernel wrote it. Total: whatever the bytes are, it answers with a status and never reads
/// past them.
/// </summary>
public ref struct RecordReader
{
    private readonly ReadOnlySpan<byte> _record;
    private int _at;
    private int _partsLeft;

    private RecordReader(ReadOnlySpan<byte> record)
    {
        _record = record;
        _at = Unsafe.SizeOf<RecordHead>();
        _partsLeft = Head.Parts;
    }

    /// <summary>The head, in place.</summary>
    public readonly ref readonly RecordHead Head => ref MemoryMarshal.AsRef<RecordHead>(_record);

    /// <summary>Cuts the first record off <paramref name="records"/>.</summary>
    /// <param name="records">Records behind each other; advanced past the first one when the status is Ok.</param>
    /// <param name="reader">A reader of that record, at its body.</param>
    public static RecordStatus TryOpen(ref ReadOnlySpan<byte> records, out RecordReader reader)
    {
        reader = default;
        if (records.Length < Unsafe.SizeOf<RecordHead>())
        {
            return RecordStatus.Truncated;
        }

        var size = BinaryPrimitives.ReadUInt32LittleEndian(records);
        if (size < Unsafe.SizeOf<RecordHead>() || size > RecordLimits.RecordMax)
        {
            return RecordStatus.BadSize;
        }

        if (size > records.Length)
        {
            return RecordStatus.Truncated;
        }

        reader = new RecordReader(records[..(int)size]);
        records = records[(int)size..];
        return RecordStatus.Ok;
    }

    /// <summary>Reads the body; call it once, before any part.</summary>
    /// <typeparam name="T">The twin of the event's body.</typeparam>
    public RecordStatus TryReadBody<T>(out T body)
        where T : unmanaged
    {
        if (_record.Length - _at < Unsafe.SizeOf<T>())
        {
            body = default;
            return RecordStatus.BadBody;
        }

        body = MemoryMarshal.Read<T>(_record[_at..]);
        _at += Unsafe.SizeOf<T>();
        return RecordStatus.Ok;
    }

    /// <summary>Reads the next part of the tail.</summary>
    public RecordStatus TryReadPart(out ReadOnlySpan<byte> part)
    {
        part = default;
        if (_partsLeft == 0 || _record.Length - _at < sizeof(ushort))
        {
            return RecordStatus.BadTail;
        }

        int length = BinaryPrimitives.ReadUInt16LittleEndian(_record[_at..]);
        if (_record.Length - _at - sizeof(ushort) < length)
        {
            return RecordStatus.BadTail;
        }

        part = _record.Slice(_at + sizeof(ushort), length);
        _at += sizeof(ushort) + length;
        _partsLeft--;
        return RecordStatus.Ok;
    }

    /// <summary>A task name up to its NUL.</summary>
    public static ReadOnlySpan<byte> Text(in Comm comm)
    {
        var bytes = MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<Comm, byte>(ref Unsafe.AsRef(in comm)), RecordLimits.CommSize);
        var end = bytes.IndexOf((byte)0);
        return end < 0 ? bytes : bytes[..end];
    }
}
