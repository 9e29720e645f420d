using System.Buffers.Text;

namespace TraceeMesh.Enricher.Dns;

/// <summary>Names that spell an address backwards: <c>4.3.2.1.in-addr.arpa</c>, 32 digits in front of <c>ip6.arpa</c>.</summary>
internal static class ReverseName
{
    private const int Ipv4Bytes = 4;
    private const int Ipv6Bytes = 16;

    private static ReadOnlySpan<byte> Ipv4Suffix => ".in-addr.arpa"u8;

    private static ReadOnlySpan<byte> Ipv6Suffix => ".ip6.arpa"u8;

    /// <summary>Reads such a name.</summary>
    /// <param name="name">In lower case, without a dot at its end.</param>
    /// <param name="address">At least 16 bytes.</param>
    /// <param name="length">4 or 16.</param>
    /// <returns>False where it does not spell a whole address.</returns>
    public static bool TryRead(ReadOnlySpan<byte> name, Span<byte> address, out int length)
    {
        length = 0;
        if (name.EndsWith(Ipv4Suffix) && TryReadIpv4(name[..^Ipv4Suffix.Length], address))
        {
            length = Ipv4Bytes;
        }
        else if (name.EndsWith(Ipv6Suffix) && TryReadIpv6(name[..^Ipv6Suffix.Length], address))
        {
            length = Ipv6Bytes;
        }

        return length > 0;
    }

    private static bool TryReadIpv4(ReadOnlySpan<byte> digits, Span<byte> address)
    {
        var octet = Ipv4Bytes;
        while (octet > 0)
        {
            var dot = digits.IndexOf((byte)'.');
            var label = dot < 0 ? digits : digits[..dot];
            if (label.Length is < 1 or > 3 || (label[0] == '0' && label.Length > 1) || !Utf8Parser.TryParse(label, out byte value, out var used) || used != label.Length)
            {
                return false;
            }

            address[--octet] = value;
            if (dot < 0)
            {
                return octet == 0;
            }

            digits = digits[(dot + 1)..];
        }

        return false;
    }

    private static bool TryReadIpv6(ReadOnlySpan<byte> digits, Span<byte> address)
    {
        // 32 digits, a dot between each two.
        if (digits.Length != (Ipv6Bytes * 4) - 1)
        {
            return false;
        }

        for (var i = 0; i < Ipv6Bytes * 2; i++)
        {
            int digit = digits[i * 2];
            digit = char.IsAsciiDigit((char)digit) ? digit - '0' : char.IsAsciiHexDigitLower((char)digit) ? digit - 'a' + 10 : -1;
            if (digit < 0 || (i > 0 && digits[(i * 2) - 1] != '.'))
            {
                return false;
            }

            var at = Ipv6Bytes - 1 - (i / 2);
            address[at] = (byte)(i % 2 == 0 ? digit : address[at] | (digit << 4));
        }

        return true;
    }
}
