namespace TraceeMesh.Enricher.Dns;

/// <summary>Whether the data of a record is what its type says.</summary>
internal static class DnsData
{
    /// <summary>Bytes of the numbers behind the two names of a SOA record.</summary>
    public const int SoaNumbers = 20;

    /// <summary>Bytes in front of the name of an SRV record: priority, weight, port.</summary>
    public const int SrvNumbers = 6;

    /// <summary>Bytes in front of the name of an MX record: its preference.</summary>
    public const int MxNumbers = 2;

    /// <summary>Bytes in front of the target of a URI record: priority, weight.</summary>
    public const int UriNumbers = 4;

    /// <summary>Bytes in front of the data of an EDNS option: code, length.</summary>
    public const int OptionHead = 4;

    /// <summary>Checks the data of a record; that of types nobody reads is anything.</summary>
    /// <param name="message">The message up to the end of the data.</param>
    /// <param name="type">Type of the record.</param>
    /// <param name="at">Where the data begins.</param>
    public static DnsStatus Check(ReadOnlySpan<byte> message, int type, int at)
    {
        var length = message.Length - at;
        return type switch
        {
            DnsText.A => length == 4 ? DnsStatus.Ok : DnsStatus.BadData,
            DnsText.Aaaa => length == 16 ? DnsStatus.Ok : DnsStatus.BadData,
            DnsText.Cname or DnsText.Ptr or DnsText.Ns => CheckNames(message, at, names: 1, behind: 0),
            DnsText.Mx => CheckNames(message, at + MxNumbers, names: 1, behind: 0),
            DnsText.Srv => CheckNames(message, at + SrvNumbers, names: 1, behind: 0),
            DnsText.Soa => CheckNames(message, at, names: 2, behind: SoaNumbers),
            DnsText.Txt => CheckTexts(message[at..]),
            DnsText.Opt => CheckOptions(message[at..]),
            DnsText.Uri => length >= UriNumbers ? DnsStatus.Ok : DnsStatus.BadData,
            _ => DnsStatus.Ok,
        };
    }

    // The data ends where it says, so running out of bytes is wrong data, not a message that was cut.
    private static DnsStatus CheckNames(ReadOnlySpan<byte> message, int at, int names, int behind)
    {
        while (names-- > 0)
        {
            var status = DnsName.TrySkip(message, ref at);
            if (status != DnsStatus.Ok)
            {
                return status == DnsStatus.Truncated ? DnsStatus.BadData : status;
            }
        }

        return message.Length - at == behind ? DnsStatus.Ok : DnsStatus.BadData;
    }

    private static DnsStatus CheckTexts(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            if (data[0] >= data.Length)
            {
                return DnsStatus.BadData;
            }

            data = data[(data[0] + 1)..];
        }

        return DnsStatus.Ok;
    }

    private static DnsStatus CheckOptions(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            if (data.Length < OptionHead || OptionLength(data) > data.Length - OptionHead)
            {
                return DnsStatus.BadData;
            }

            data = data[(OptionHead + OptionLength(data))..];
        }

        return DnsStatus.Ok;
    }

    /// <summary>Bytes of the data of the first option.</summary>
    public static int OptionLength(ReadOnlySpan<byte> options) => (options[2] << 8) | options[3];
}
