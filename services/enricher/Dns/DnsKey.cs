using System.Buffers;
using System.Net;
using System.Text;

namespace TraceeMesh.Enricher.Dns;

/// <summary>
/// What a node of the cache is found by: a byte that says what follows, then a name in lower case without a dot at its end, or
/// the bytes of an address. A name below <c>in-addr.arpa</c> or <c>ip6.arpa</c> that spells a whole address is that address; an
/// IPv4 address inside an IPv6 one is the IPv4 address.
/// </summary>
public static class DnsKey
{
    /// <summary>Bytes of the longest key.</summary>
    public const int MaxBytes = 1 + DnsLimits.NameText;

    private static readonly SearchValues<byte> Ipv4Characters = SearchValues.Create("0123456789."u8);

    private const byte Name = 0;
    private const byte Ipv4 = 4;
    private const byte Ipv6 = 6;

    // Of an IPv4 address inside an IPv6 one, ::ffff:a.b.c.d.
    private static ReadOnlySpan<byte> MappedPrefix => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

    /// <summary>Makes the key of a name.</summary>
    /// <param name="name">ASCII, as <see cref="DnsMessage.WriteName"/> writes it, in any case, a dot at the end allowed; at most <see cref="DnsLimits.NameText"/> bytes without it.</param>
    /// <param name="key">At least <see cref="MaxBytes"/> bytes.</param>
    /// <returns>Bytes written; 0 for the root, which is no key.</returns>
    public static int OfName(ReadOnlySpan<byte> name, Span<byte> key)
    {
        if (name is [.., (byte)'.'])
        {
            name = name[..^1];
        }

        if (name.IsEmpty)
        {
            return 0;
        }

        _ = Ascii.ToLower(name, key[1..], out _);
        return OfFolded(name.Length, key);
    }

    /// <summary>Makes the key of an address.</summary>
    /// <param name="address">4 or 16 bytes.</param>
    /// <param name="key">At least 17 bytes.</param>
    /// <returns>Bytes written.</returns>
    public static int OfAddress(ReadOnlySpan<byte> address, Span<byte> key)
    {
        if (address.Length == 16 && address.StartsWith(MappedPrefix))
        {
            address = address[12..];
        }

        key[0] = address.Length == 4 ? Ipv4 : Ipv6;
        address.CopyTo(key[1..]);
        return address.Length + 1;
    }

    /// <summary>Makes the key of what a person or a signature asks for: a name, a reverse name, or an address as text.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="key">At least <see cref="MaxBytes"/> bytes.</param>
    /// <returns>Bytes written; 0 where no name and no address is like that.</returns>
    public static int OfText(ReadOnlySpan<byte> text, Span<byte> key)
    {
        if (IsAddressText(text) && IPAddress.TryParse(text, out var address))
        {
            Span<byte> bytes = stackalloc byte[16];
            _ = address.TryWriteBytes(bytes, out var length);
            return OfAddress(bytes[..length], key);
        }

        if (text is [.., (byte)'.'])
        {
            text = text[..^1];
        }

        if (text.IsEmpty || !text.TryCopyTo(key.Slice(1, DnsLimits.NameText)))
        {
            return 0;
        }

        _ = Ascii.ToLowerInPlace(key.Slice(1, text.Length), out _);
        return OfFolded(text.Length, key);
    }

    // The name stands behind the first byte, in lower case.
    private static int OfFolded(int length, Span<byte> key)
    {
        var name = key.Slice(1, length);
        if (name.EndsWith(".arpa"u8))
        {
            Span<byte> address = stackalloc byte[16];
            if (ReverseName.TryRead(name, address, out var bytes))
            {
                return OfAddress(address[..bytes], key);
            }
        }

        key[0] = Name;
        return length + 1;
    }

    // IPAddress reads "1" and "0x7f.1" as addresses too; DNS has names like that.
    private static bool IsAddressText(ReadOnlySpan<byte> text) => text.Contains((byte)':')
        || (text is [>= (byte)'0' and <= (byte)'9', ..] && text.Count((byte)'.') == 3 && !text.ContainsAnyExcept(Ipv4Characters));

    /// <summary>Whether it is the key of an address.</summary>
    public static bool IsAddress(ReadOnlySpan<byte> key) => key[0] != Name;

    /// <summary>The name or address as text.</summary>
    public static string Text(ReadOnlySpan<byte> key) =>
        IsAddress(key) ? new IPAddress(key[1..]).ToString() : Encoding.UTF8.GetString(key[1..]);
}
