namespace TraceeMesh.Enricher.Dns;

/// <summary>Names inside a message: labels, each behind its length, that end with an empty one or with a pointer to an earlier name.</summary>
internal static class DnsName
{
    private const int KindMask = 0xc0;
    private const int Pointer = 0xc0;
    private const int PointerMask = 0x3fff;

    /// <summary>Goes behind a name, and makes sure that all of it can be read.</summary>
    /// <param name="message">The message.</param>
    /// <param name="at">Where the name begins; advanced when the status is Ok.</param>
    /// <remarks>Each pointer must point before the labels that led to it, so that none leads twice to the same place.</remarks>
    public static DnsStatus TrySkip(ReadOnlySpan<byte> message, ref int at)
    {
        var position = at;
        var segment = at;
        var behind = -1;
        var total = 0;
        while (true)
        {
            if ((uint)position >= (uint)message.Length)
            {
                return DnsStatus.Truncated;
            }

            int length = message[position];
            if (length == 0)
            {
                at = behind < 0 ? position + 1 : behind;
                return DnsStatus.Ok;
            }

            if ((length & KindMask) == Pointer)
            {
                if (position + 1 >= message.Length)
                {
                    return DnsStatus.Truncated;
                }

                var target = ((length << 8) | message[position + 1]) & PointerMask;
                if (target >= segment)
                {
                    return DnsStatus.BadPointer;
                }

                behind = behind < 0 ? position + 2 : behind;
                segment = position = target;
                continue;
            }

            if ((length & KindMask) != 0)
            {
                return DnsStatus.BadLabel;
            }

            total += length + 1;
            if (total >= DnsLimits.NameBytes)
            {
                return DnsStatus.NameTooLong;
            }

            position += length + 1;
        }
    }

    /// <summary>Writes a name as text: ASCII, labels divided by dots, none at the end; a dot or backslash inside a label as <c>\.</c> and <c>\\</c>, other bytes as <c>\DDD</c>.</summary>
    /// <param name="message">The message.</param>
    /// <param name="at">Where the name begins; <see cref="TrySkip"/> was Ok with it.</param>
    /// <param name="text">At least <see cref="DnsLimits.NameText"/> bytes.</param>
    /// <returns>Bytes written; 0 for the root.</returns>
    public static int Write(ReadOnlySpan<byte> message, int at, Span<byte> text)
    {
        var written = 0;
        while (message[at] is var length && length != 0)
        {
            if ((length & KindMask) == Pointer)
            {
                at = ((length << 8) | message[at + 1]) & PointerMask;
                continue;
            }

            if (written > 0)
            {
                text[written++] = (byte)'.';
            }

            written += WriteLabel(message.Slice(at + 1, length), text[written..]);
            at += length + 1;
        }

        return written;
    }

    private static int WriteLabel(ReadOnlySpan<byte> label, Span<byte> text)
    {
        var written = 0;
        foreach (var b in label)
        {
            if (b is > (byte)' ' and <= (byte)'~' and not (byte)'.' and not (byte)'\\')
            {
                text[written++] = b;
                continue;
            }

            text[written++] = (byte)'\\';
            if (b is (byte)'.' or (byte)'\\')
            {
                text[written++] = b;
                continue;
            }

            text[written++] = (byte)('0' + (b / 100));
            text[written++] = (byte)('0' + (b / 10 % 10));
            text[written++] = (byte)('0' + (b % 10));
        }

        return written;
    }
}
