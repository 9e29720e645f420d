using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Enricher.Decoding;

/// <summary>Writes a socket address, as the kernel has it, as an argument of an event: a map of texts with Tracee's names.</summary>
public sealed class SocketAddressWriter : IDisposable
{
    /// <summary>Bytes of the family, without which there is no address.</summary>
    public const int FamilyBytes = 2;

    private const int Unix = 1;
    private const int Inet = 2;
    private const int Inet6 = 10;
    private const int InetBytes = 8;
    private const int Inet6Bytes = 28;

    private static readonly string[] Families =
    [
        "AF_UNSPEC", "AF_UNIX", "AF_INET", "AF_AX25", "AF_IPX", "AF_APPLETALK", "AF_NETROM", "AF_BRIDGE", "AF_ATMPVC", "AF_X25",
        "AF_INET6", "AF_ROSE", "AF_DECnet", "AF_NETBEUI", "AF_SECURITY", "AF_KEY", "AF_NETLINK", "AF_PACKET", "AF_ASH", "AF_ECONET",
        "AF_ATMSVC", "AF_RDS", "AF_SNA", "AF_IRDA", "AF_PPPOX", "AF_WANPIPE", "AF_LLC", "AF_IB", "AF_MPLS", "AF_CAN", "AF_TIPC",
        "AF_BLUETOOTH", "AF_IUCV", "AF_RXRPC", "AF_ISDN", "AF_PHONET", "AF_IEEE802154", "AF_CAIF", "AF_ALG", "AF_NFC", "AF_VSOCK",
        "AF_KCM", "AF_QIPCRTR", "AF_SMC", "AF_XDP", "AF_MCTP",
    ];

    private readonly MessagePackWriter _writer = new();
    private readonly byte[] _text = new byte[128];

    /// <summary>Writes an address; of a family that is not known, or too short for its family, the family alone.</summary>
    /// <param name="address">Its bytes, <see cref="FamilyBytes"/> at least.</param>
    /// <returns>The map, encoded; until the next address.</returns>
    public ReadOnlySpan<byte> Write(ReadOnlySpan<byte> address)
    {
        _writer.Reset();
        var family = BinaryPrimitives.ReadUInt16LittleEndian(address);
        switch (family)
        {
            case Unix:
                _writer.WriteMapHeader(2);
                Family(family);
                Text("sun_path"u8, UnixPath(address[FamilyBytes..]));
                break;
            case Inet when address.Length >= InetBytes:
                _writer.WriteMapHeader(3);
                Family(family);
                Number("sin_port"u8, BinaryPrimitives.ReadUInt16BigEndian(address[2..]));
                Address("sin_addr"u8, address.Slice(4, 4));
                break;
            case Inet6 when address.Length >= Inet6Bytes:
                _writer.WriteMapHeader(5);
                Family(family);
                Number("sin6_port"u8, BinaryPrimitives.ReadUInt16BigEndian(address[2..]));
                Number("sin6_flowinfo"u8, BinaryPrimitives.ReadUInt32BigEndian(address[4..]));
                Address("sin6_addr"u8, address.Slice(8, 16));
                Number("sin6_scopeid"u8, BinaryPrimitives.ReadUInt32LittleEndian(address[24..]));
                break;
            default:
                _writer.WriteMapHeader(1);
                Family(family);
                break;
        }

        return _writer.WrittenSpan;
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    // An abstract name begins with a NUL, for which an @ stands, and may hold further ones.
    private ReadOnlySpan<byte> UnixPath(ReadOnlySpan<byte> path)
    {
        if (path.IsEmpty || path[0] != 0)
        {
            var end = path.IndexOf((byte)0);
            return end < 0 ? path : path[..end];
        }

        var name = path[1..].TrimEnd((byte)0);
        if (name.IsEmpty)
        {
            return default;
        }

        _text[0] = (byte)'@';
        name = name[..Math.Min(name.Length, _text.Length - 1)];
        name.CopyTo(_text.AsSpan(1));
        return _text.AsSpan(0, name.Length + 1);
    }

    private void Family(int family)
    {
        _writer.WriteText("sa_family"u8);
        if (family < Families.Length)
        {
            _writer.WriteText(Families[family]);
        }
        else
        {
            WriteNumber((uint)family);
        }
    }

    private void Number(ReadOnlySpan<byte> name, uint value)
    {
        _writer.WriteText(name);
        WriteNumber(value);
    }

    private void WriteNumber(uint value)
    {
        _ = value.TryFormat(_text, out var length, default, CultureInfo.InvariantCulture);
        _writer.WriteText(_text.AsSpan(0, length));
    }

    private void Address(ReadOnlySpan<byte> name, ReadOnlySpan<byte> bytes)
    {
        _ = new IPAddress(bytes).TryFormat(_text, out var length);
        Text(name, _text.AsSpan(0, length));
    }

    private void Text(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        _writer.WriteText(name);
        _writer.WriteText(value);
    }
}
