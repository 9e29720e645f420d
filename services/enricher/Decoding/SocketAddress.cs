using System.Buffers.Binary;

namespace TraceeMesh.Enricher.Decoding;

/// <summary>A <c>struct sockaddr</c> as far as it is there: what is missing is zero or empty.</summary>
/// <param name="bytes">The struct, at least <see cref="FamilySize"/> bytes.</param>
internal readonly ref struct SocketAddress(ReadOnlySpan<byte> bytes)
{
    public const int FamilySize = sizeof(ushort);

    public const int Unix = 1;
    public const int Internet = 2;
    public const int Internet6 = 10;

    private const int PortAt = 2;
    private const int Ipv4At = 4;
    private const int FlowInfoAt = 4;
    private const int Ipv6At = 8;
    private const int ScopeAt = 24;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>AF_*.</summary>
    public int Family => BinaryPrimitives.ReadUInt16LittleEndian(_bytes);

    /// <summary>Of the internet families.</summary>
    public int Port => _bytes.Length >= PortAt + sizeof(ushort) ? BinaryPrimitives.ReadUInt16BigEndian(_bytes[PortAt..]) : 0;

    /// <summary>4 or 16 bytes; none of another family, and of an address that is cut.</summary>
    public ReadOnlySpan<byte> Address => Family switch
    {
        Internet when _bytes.Length >= Ipv4At + 4 => _bytes.Slice(Ipv4At, 4),
        Internet6 when _bytes.Length >= Ipv6At + 16 => _bytes.Slice(Ipv6At, 16),
        _ => default,
    };

    /// <summary>Of IPv6.</summary>
    public uint FlowInfo => Number(FlowInfoAt);

    /// <summary>Of IPv6: the interface.</summary>
    public uint Scope => Number(ScopeAt);

    /// <summary>Of a unix socket: its path, or its abstract name behind the NUL it begins with; empty of one without a name.</summary>
    public ReadOnlySpan<byte> Path
    {
        get
        {
            var path = _bytes[FamilySize..];
            if (path is [0, ..])
            {
                return path;
            }

            var end = path.IndexOf((byte)0);
            return end < 0 ? path : path[..end];
        }
    }

    private uint Number(int at) => _bytes.Length >= at + sizeof(uint) ? BinaryPrimitives.ReadUInt32LittleEndian(_bytes[at..]) : 0;
}
