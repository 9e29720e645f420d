using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace TraceeMesh.MessagePack;

/// <summary>
/// Writes MessagePack (the specification's whole type set, always in the shortest form) into one growing buffer that is
/// reused: <see cref="Reset"/> starts over without giving the memory back. Not thread-safe.
/// </summary>
public sealed class MessagePackWriter : IDisposable
{
    private const int InitialSize = 4096;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(InitialSize);
    private int _at;

    /// <summary>How many bytes are written.</summary>
    public int Length => _at;

    /// <summary>What is written, valid until the next write.</summary>
    public ReadOnlySpan<byte> WrittenSpan => _buffer.AsSpan(0, _at);

    /// <summary>What is written, valid until the next write.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, _at);

    /// <summary>Starts over.</summary>
    public void Reset() => _at = 0;

    /// <summary>Forgets what was written behind <paramref name="length"/>.</summary>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)_at);
        _at = length;
    }

    /// <summary>nil: 0xc0.</summary>
    public void WriteNil() => Reserve(1)[0] = 0xc0;

    /// <summary>bool: 0xc2, 0xc3.</summary>
    public void WriteBool(bool value) => Reserve(1)[0] = value ? (byte)0xc3 : (byte)0xc2;

    /// <summary>A signed integer in the shortest form that holds it.</summary>
    public void WriteInt(long value)
    {
        if (value >= 0)
        {
            WriteUInt((ulong)value);
        }
        else if (value >= -32)
        {
            Reserve(1)[0] = (byte)value;
        }
        else if (value >= sbyte.MinValue)
        {
            var span = Reserve(2);
            span[0] = 0xd0;
            span[1] = (byte)value;
        }
        else if (value >= short.MinValue)
        {
            var span = Reserve(3);
            span[0] = 0xd1;
            BinaryPrimitives.WriteInt16BigEndian(span[1..], (short)value);
        }
        else if (value >= int.MinValue)
        {
            var span = Reserve(5);
            span[0] = 0xd2;
            BinaryPrimitives.WriteInt32BigEndian(span[1..], (int)value);
        }
        else
        {
            var span = Reserve(9);
            span[0] = 0xd3;
            BinaryPrimitives.WriteInt64BigEndian(span[1..], value);
        }
    }

    /// <summary>An unsigned integer in the shortest form that holds it.</summary>
    public void WriteUInt(ulong value)
    {
        if (value < 0x80)
        {
            Reserve(1)[0] = (byte)value;
        }
        else if (value <= byte.MaxValue)
        {
            var span = Reserve(2);
            span[0] = 0xcc;
            span[1] = (byte)value;
        }
        else if (value <= ushort.MaxValue)
        {
            WriteTag16(0xcd, (ushort)value);
        }
        else if (value <= uint.MaxValue)
        {
            WriteTag32(0xce, (uint)value);
        }
        else
        {
            var span = Reserve(9);
            span[0] = 0xcf;
            BinaryPrimitives.WriteUInt64BigEndian(span[1..], value);
        }
    }

    /// <summary>float 32: 0xca.</summary>
    public void WriteFloat(float value)
    {
        var span = Reserve(5);
        span[0] = 0xca;
        BinaryPrimitives.WriteSingleBigEndian(span[1..], value);
    }

    /// <summary>float 64: 0xcb.</summary>
    public void WriteFloat(double value)
    {
        var span = Reserve(9);
        span[0] = 0xcb;
        BinaryPrimitives.WriteDoubleBigEndian(span[1..], value);
    }

    /// <summary>str, from a string.</summary>
    public void WriteText(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        WriteTextHeader(length);
        Encoding.UTF8.GetBytes(value, Reserve(length));
    }

    /// <summary>str, from bytes that ought to be UTF-8; a byte that is not part of it is written as the four characters <c>\xNN</c>.</summary>
    public void WriteText(ReadOnlySpan<byte> utf8)
    {
        if (Utf8.IsValid(utf8))
        {
            WriteTextHeader(utf8.Length);
            utf8.CopyTo(Reserve(utf8.Length));
            return;
        }

        WriteEscapedSlow(utf8);
    }

    /// <summary>str, from bytes known to be UTF-8: a name of the format itself.</summary>
    internal void WriteName(ReadOnlySpan<byte> utf8)
    {
        WriteTextHeader(utf8.Length);
        utf8.CopyTo(Reserve(utf8.Length));
    }

    /// <summary>bin.</summary>
    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        WriteBytesHeader(value.Length);
        value.CopyTo(Reserve(value.Length));
    }

    /// <summary>The head of a bin; <paramref name="length"/> bytes follow by <see cref="WriteRaw"/>.</summary>
    public void WriteBytesHeader(int length)
    {
        if (length <= byte.MaxValue)
        {
            var span = Reserve(2);
            span[0] = 0xc4;
            span[1] = (byte)length;
        }
        else if (length <= ushort.MaxValue)
        {
            WriteTag16(0xc5, (ushort)length);
        }
        else
        {
            WriteTag32(0xc6, (uint)length);
        }
    }

    /// <summary>The head of an array; <paramref name="count"/> values follow.</summary>
    public void WriteArrayHeader(int count)
    {
        if (count < 16)
        {
            Reserve(1)[0] = (byte)(0x90 | count);
        }
        else if (count <= ushort.MaxValue)
        {
            WriteTag16(0xdc, (ushort)count);
        }
        else
        {
            WriteTag32(0xdd, (uint)count);
        }
    }

    /// <summary>The head of a map; <paramref name="count"/> pairs follow.</summary>
    public void WriteMapHeader(int count)
    {
        if (count < 16)
        {
            Reserve(1)[0] = (byte)(0x80 | count);
        }
        else if (count <= ushort.MaxValue)
        {
            WriteTag16(0xde, (ushort)count);
        }
        else
        {
            WriteTag32(0xdf, (uint)count);
        }
    }

    /// <summary>ext, of an application's type.</summary>
    public void WriteExtension(sbyte type, ReadOnlySpan<byte> data)
    {
        switch (data.Length)
        {
            case 1 or 2 or 4 or 8 or 16:
                Reserve(1)[0] = (byte)(0xd4 + int.Log2(data.Length));
                break;
            case <= byte.MaxValue:
                var span = Reserve(2);
                span[0] = 0xc7;
                span[1] = (byte)data.Length;
                break;
            case <= ushort.MaxValue:
                WriteTag16(0xc8, (ushort)data.Length);
                break;
            default:
                WriteTag32(0xc9, (uint)data.Length);
                break;
        }

        Reserve(1)[0] = (byte)type;
        data.CopyTo(Reserve(data.Length));
    }

    /// <summary>The timestamp extension (type -1) in its shortest form.</summary>
    /// <param name="seconds">Since the epoch.</param>
    /// <param name="nanoseconds">0 to 999999999.</param>
    public void WriteTimestamp(long seconds, uint nanoseconds)
    {
        Span<byte> data = stackalloc byte[12];
        if (seconds is >= 0 and < 1L << 34)
        {
            var packed = ((ulong)nanoseconds << 34) | (ulong)seconds;
            if (packed <= uint.MaxValue)
            {
                BinaryPrimitives.WriteUInt32BigEndian(data, (uint)packed);
                WriteExtension(-1, data[..4]);
                return;
            }

            BinaryPrimitives.WriteUInt64BigEndian(data, packed);
            WriteExtension(-1, data[..8]);
            return;
        }

        BinaryPrimitives.WriteUInt32BigEndian(data, nanoseconds);
        BinaryPrimitives.WriteInt64BigEndian(data[4..], seconds);
        WriteExtension(-1, data);
    }

    /// <summary>Bytes that already are MessagePack.</summary>
    public void WriteRaw(ReadOnlySpan<byte> encoded) => encoded.CopyTo(Reserve(encoded.Length));

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _at = 0;
    }

    private void WriteTextHeader(int length)
    {
        if (length < 32)
        {
            Reserve(1)[0] = (byte)(0xa0 | length);
        }
        else if (length <= byte.MaxValue)
        {
            var span = Reserve(2);
            span[0] = 0xd9;
            span[1] = (byte)length;
        }
        else if (length <= ushort.MaxValue)
        {
            WriteTag16(0xda, (ushort)length);
        }
        else
        {
            WriteTag32(0xdb, (uint)length);
        }
    }

    private void WriteEscapedSlow(ReadOnlySpan<byte> bytes)
    {
        var escaped = ArrayPool<byte>.Shared.Rent(bytes.Length * 4);
        var length = 0;
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out _, out var consumed) == OperationStatus.Done)
            {
                bytes[..consumed].CopyTo(escaped.AsSpan(length));
                length += consumed;
            }
            else
            {
                consumed = 1;
                escaped[length++] = (byte)'\\';
                escaped[length++] = (byte)'x';
                escaped[length++] = (byte)"0123456789abcdef"[bytes[0] >> 4];
                escaped[length++] = (byte)"0123456789abcdef"[bytes[0] & 15];
            }

            bytes = bytes[consumed..];
        }

        WriteTextHeader(length);
        escaped.AsSpan(0, length).CopyTo(Reserve(length));
        ArrayPool<byte>.Shared.Return(escaped);
    }

    private void WriteTag16(byte tag, ushort value)
    {
        var span = Reserve(3);
        span[0] = tag;
        BinaryPrimitives.WriteUInt16BigEndian(span[1..], value);
    }

    private void WriteTag32(byte tag, uint value)
    {
        var span = Reserve(5);
        span[0] = tag;
        BinaryPrimitives.WriteUInt32BigEndian(span[1..], value);
    }

    private Span<byte> Reserve(int count)
    {
        if (_buffer.Length - _at < count)
        {
            GrowSlow(count);
        }

        var span = _buffer.AsSpan(_at, count);
        _at += count;
        return span;
    }

    private void GrowSlow(int count)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _at + count));
        _buffer.AsSpan(0, _at).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
