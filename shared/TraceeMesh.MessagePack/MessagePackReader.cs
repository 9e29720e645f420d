using System.Buffers.Binary;

namespace TraceeMesh.MessagePack;

/// <summary>The type of the next value.</summary>
public enum MessagePackType
{
    /// <summary>There is no further value, or 0xc1, which the specification never uses.</summary>
    None,

    /// <summary>nil.</summary>
    Nil,

    /// <summary>bool.</summary>
    Bool,

    /// <summary>int, signed or unsigned.</summary>
    Integer,

    /// <summary>float 32 or 64.</summary>
    Float,

    /// <summary>str.</summary>
    Text,

    /// <summary>bin.</summary>
    Bytes,

    /// <summary>array.</summary>
    Array,

    /// <summary>map.</summary>
    Map,

    /// <summary>ext.</summary>
    Extension,
}

/// <summary>
/// Reads MessagePack from a span. Total: a method that finds another type, or fewer bytes than a head claims, answers
/// false and leaves the position where it was. A count that could not possibly fit into what is left is refused, so a
/// caller may allocate by it.
/// </summary>
public ref struct MessagePackReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private int _at;

    /// <summary>A reader at the beginning of <paramref name="bytes"/>.</summary>
    public MessagePackReader(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
        _at = 0;
    }

    /// <summary>How many bytes were read.</summary>
    public readonly int Position => _at;

    /// <summary>Whether all is read.</summary>
    public readonly bool AtEnd => _at == _bytes.Length;

    /// <summary>Type of the next value.</summary>
    public readonly MessagePackType NextType
    {
        get
        {
            if (_at >= _bytes.Length)
            {
                return MessagePackType.None;
            }

            return _bytes[_at] switch
            {
                <= 0x7f or >= 0xe0 => MessagePackType.Integer,
                <= 0x8f => MessagePackType.Map,
                <= 0x9f => MessagePackType.Array,
                <= 0xbf => MessagePackType.Text,
                0xc0 => MessagePackType.Nil,
                0xc1 => MessagePackType.None,
                0xc2 or 0xc3 => MessagePackType.Bool,
                <= 0xc6 => MessagePackType.Bytes,
                <= 0xc9 => MessagePackType.Extension,
                <= 0xcb => MessagePackType.Float,
                <= 0xd3 => MessagePackType.Integer,
                <= 0xd8 => MessagePackType.Extension,
                <= 0xdb => MessagePackType.Text,
                <= 0xdd => MessagePackType.Array,
                _ => MessagePackType.Map,
            };
        }
    }

    /// <summary>Reads nil.</summary>
    public bool TryReadNil()
    {
        if (NextType != MessagePackType.Nil)
        {
            return false;
        }

        _at++;
        return true;
    }

    /// <summary>Reads a bool.</summary>
    public bool TryReadBool(out bool value)
    {
        value = false;
        if (NextType != MessagePackType.Bool)
        {
            return false;
        }

        value = _bytes[_at++] == 0xc3;
        return true;
    }

    /// <summary>Reads an integer that fits into a long.</summary>
    public bool TryReadInt(out long value)
    {
        if (!TryReadInteger(out value, out var aboveLong))
        {
            return false;
        }

        if (aboveLong)
        {
            _at -= 9;
            value = 0;
            return false;
        }

        return true;
    }

    /// <summary>Reads an integer that fits into an int.</summary>
    public bool TryReadInt32(out int value)
    {
        var start = _at;
        value = 0;
        if (!TryReadInt(out var wide) || wide is < int.MinValue or > int.MaxValue)
        {
            _at = start;
            return false;
        }

        value = (int)wide;
        return true;
    }

    /// <summary>Reads an integer that is not negative.</summary>
    public bool TryReadUInt(out ulong value)
    {
        var start = _at;
        var ok = TryReadInteger(out var signed, out var aboveLong) && (signed >= 0 || aboveLong);
        value = ok ? (ulong)signed : 0;
        if (!ok)
        {
            _at = start;
        }

        return ok;
    }

    /// <summary>Reads an integer of any width; with <paramref name="aboveLong"/> the bits are those of an unsigned one.</summary>
    public bool TryReadInteger(out long value, out bool aboveLong)
    {
        value = 0;
        aboveLong = false;
        if ((uint)_at >= (uint)_bytes.Length)
        {
            return false;
        }

        var tag = _bytes[_at];
        if (tag is <= 0x7f or >= 0xe0)
        {
            value = (sbyte)tag;
            _at++;
            return true;
        }

        var data = _bytes[(_at + 1)..];
        var width = tag is >= 0xcc and <= 0xd3 ? 1 << (tag & 3) : int.MaxValue;
        if (data.Length < width)
        {
            return false;
        }

        value = tag switch
        {
            0xcc => data[0],
            0xcd => BinaryPrimitives.ReadUInt16BigEndian(data),
            0xce => BinaryPrimitives.ReadUInt32BigEndian(data),
            0xd0 => (sbyte)data[0],
            0xd1 => BinaryPrimitives.ReadInt16BigEndian(data),
            0xd2 => BinaryPrimitives.ReadInt32BigEndian(data),
            _ => BinaryPrimitives.ReadInt64BigEndian(data),
        };
        aboveLong = tag == 0xcf && value < 0;
        _at += 1 + width;
        return true;
    }

    /// <summary>Reads a float of either width.</summary>
    public bool TryReadFloat(out double value)
    {
        value = 0;
        if (NextType != MessagePackType.Float)
        {
            return false;
        }

        var wide = _bytes[_at] == 0xcb;
        var width = wide ? 8 : 4;
        if (_bytes.Length - _at - 1 < width)
        {
            return false;
        }

        var data = _bytes[(_at + 1)..];
        value = wide ? BinaryPrimitives.ReadDoubleBigEndian(data) : BinaryPrimitives.ReadSingleBigEndian(data);
        _at += 1 + width;
        return true;
    }

    /// <summary>Reads a text's bytes; whether they are UTF-8 is the writer's word.</summary>
    public bool TryReadText(out ReadOnlySpan<byte> utf8)
    {
        var tag = (uint)_at < (uint)_bytes.Length ? _bytes[_at] : 0;
        if ((tag & 0xe0) == 0xa0 && _bytes.Length - _at > (tag & 0x1f))
        {
            utf8 = _bytes.Slice(_at + 1, tag & 0x1f);
            _at += 1 + (tag & 0x1f);
            return true;
        }

        return TryReadBlob(tag is >= 0xd9 and <= 0xdb ? 1 << (tag - 0xd9) : -1, 0, out utf8);
    }

    /// <summary>Reads bytes.</summary>
    public bool TryReadBytes(out ReadOnlySpan<byte> value)
    {
        var tag = NextType == MessagePackType.Bytes ? _bytes[_at] : 0;
        return TryReadBlob(tag == 0 ? -1 : 1 << (tag - 0xc4), 0, out value);
    }

    /// <summary>Reads the head of an array.</summary>
    public bool TryReadArrayHeader(out int count)
    {
        var tag = NextType == MessagePackType.Array ? _bytes[_at] : 0;
        return TryReadCount(tag == 0 ? -1 : tag <= 0x9f ? 0 : tag == 0xdc ? 2 : 4, tag & 0x0f, bytesPerEntry: 1, out count);
    }

    /// <summary>Reads the head of a map.</summary>
    public bool TryReadMapHeader(out int count)
    {
        var tag = NextType == MessagePackType.Map ? _bytes[_at] : 0;
        return TryReadCount(tag == 0 ? -1 : tag <= 0x8f ? 0 : tag == 0xde ? 2 : 4, tag & 0x0f, bytesPerEntry: 2, out count);
    }

    /// <summary>Reads an extension.</summary>
    public bool TryReadExtension(out sbyte type, out ReadOnlySpan<byte> data)
    {
        type = 0;
        data = default;
        if (NextType != MessagePackType.Extension)
        {
            return false;
        }

        var tag = _bytes[_at];
        var lengthWidth = tag <= 0xc9 ? 1 << (tag - 0xc7) : 0;
        if (_bytes.Length - _at < 1 + lengthWidth + 1)
        {
            return false;
        }

        var length = lengthWidth == 0 ? 1u << (tag - 0xd4) : ReadLength(_bytes[(_at + 1)..], lengthWidth);
        if (length > (uint)(_bytes.Length - _at - 2 - lengthWidth))
        {
            return false;
        }

        type = (sbyte)_bytes[_at + 1 + lengthWidth];
        data = _bytes.Slice(_at + 2 + lengthWidth, (int)length);
        _at += 2 + lengthWidth + (int)length;
        return true;
    }

    /// <summary>Reads the timestamp extension in each of its three forms.</summary>
    public bool TryReadTimestamp(out long seconds, out uint nanoseconds)
    {
        var start = _at;
        (seconds, nanoseconds) = (0, 0);
        if (TryReadExtension(out var type, out var data) && type == -1)
        {
            switch (data.Length)
            {
                case 4:
                    seconds = BinaryPrimitives.ReadUInt32BigEndian(data);
                    return true;
                case 8:
                    var packed = BinaryPrimitives.ReadUInt64BigEndian(data);
                    (seconds, nanoseconds) = ((long)(packed & ((1UL << 34) - 1)), (uint)(packed >> 34));
                    return true;
                case 12:
                    (seconds, nanoseconds) = (BinaryPrimitives.ReadInt64BigEndian(data[4..]), BinaryPrimitives.ReadUInt32BigEndian(data));
                    return true;
                default:
                    break;
            }
        }

        _at = start;
        return false;
    }

    /// <summary>Passes over the next value, however nested; needs no stack, so no depth can hurt it.</summary>
    public bool TrySkip() => TrySkip(1);

    /// <summary>Passes over the next <paramref name="values"/> values.</summary>
    public bool TrySkip(int values)
    {
        var start = _at;
        var bytes = _bytes;
        var at = _at;
        long open = values;
        while (open > 0 && (uint)at < (uint)bytes.Length)
        {
            open--;

            // Branches, not a table of sizes: predicted, the next value is looked at before this one's size is known.
            var tag = bytes[at];
            if (tag is <= 0x7f or >= 0xe0 or 0xa0 or 0xc0 or 0xc2 or 0xc3)
            {
                at++;
            }
            else if (tag is 0xcf or 0xd3 or 0xcb)
            {
                at += 9;
            }
            else if (tag is 0xce or 0xd2 or 0xca)
            {
                at += 5;
            }
            else if (tag is 0xcd or 0xd1)
            {
                at += 3;
            }
            else if (tag is 0xcc or 0xd0)
            {
                at += 2;
            }
            else if (tag is > 0xa0 and <= 0xbf)
            {
                at += 1 + (tag & 0x1f);
            }
            else
            {
                _at = at;
                if (!TrySkipSlow(ref open))
                {
                    _at = start;
                    return false;
                }

                at = _at;
            }
        }

        var ok = open == 0 && at <= bytes.Length;
        _at = ok ? at : start;
        return ok;
    }

    private bool TrySkipSlow(ref long open) => NextType switch
    {
        MessagePackType.Text => TryReadText(out _),
        MessagePackType.Bytes => TryReadBytes(out _),
        MessagePackType.Extension => TryReadExtension(out _, out _),
        MessagePackType.Array => TryOpen(TryReadArrayHeader(out var count), count, ref open),
        MessagePackType.Map => TryOpen(TryReadMapHeader(out var pairs), 2L * pairs, ref open),
        _ => false,
    };

    private static bool TryOpen(bool read, long entries, ref long open)
    {
        open += entries;
        return read;
    }

    private static uint ReadLength(ReadOnlySpan<byte> data, int width) => width switch
    {
        1 => data[0],
        2 => BinaryPrimitives.ReadUInt16BigEndian(data),
        _ => BinaryPrimitives.ReadUInt32BigEndian(data),
    };

    private bool TryReadBlob(int lengthWidth, int inlineLength, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (lengthWidth < 0 || _bytes.Length - _at - 1 < lengthWidth)
        {
            return false;
        }

        var length = lengthWidth == 0 ? (uint)inlineLength : ReadLength(_bytes[(_at + 1)..], lengthWidth);
        if (length > (uint)(_bytes.Length - _at - 1 - lengthWidth))
        {
            return false;
        }

        value = _bytes.Slice(_at + 1 + lengthWidth, (int)length);
        _at += 1 + lengthWidth + (int)length;
        return true;
    }

    private bool TryReadCount(int lengthWidth, int inlineCount, int bytesPerEntry, out int count)
    {
        count = 0;
        if (lengthWidth < 0 || _bytes.Length - _at - 1 < lengthWidth)
        {
            return false;
        }

        var claimed = lengthWidth == 0 ? (uint)inlineCount : ReadLength(_bytes[(_at + 1)..], lengthWidth);
        if (claimed > (uint)(_bytes.Length - _at - 1 - lengthWidth) / (uint)bytesPerEntry)
        {
            return false;
        }

        count = (int)claimed;
        _at += 1 + lengthWidth;
        return true;
    }
}
