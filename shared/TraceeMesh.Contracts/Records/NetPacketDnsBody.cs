using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TraceeMesh.Contracts.Records;

/// <summary>Twin of <c>struct net_packet_dns_body</c>. Tail: payload.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct NetPacketDnsBody
{
    /// <summary>Address of the sender; an IPv4 address in the first four bytes.</summary>
    public AddressBytes Source;

    /// <summary>Address of the receiver, likewise.</summary>
    public AddressBytes Destination;

    /// <summary>Cookie of the socket on this host.</summary>
    public ulong Socket;

    /// <summary>TCP: number of the payload's first byte.</summary>
    public uint Sequence;

    /// <summary>Bytes of the payload before it was cut.</summary>
    public uint PayloadSize;

    /// <summary>Port of the sender.</summary>
    public ushort SourcePort;

    /// <summary>Port of the receiver.</summary>
    public ushort DestinationPort;

    /// <summary>4 or 6.</summary>
    public byte IpVersion;

    /// <summary>6 is TCP, 17 UDP.</summary>
    public byte Protocol;

    /// <summary>See <see cref="PacketDirection"/>.</summary>
    public PacketDirection Direction;

    /// <summary>Zero.</summary>
    public byte Reserved;
}

/// <summary>An IPv6 address, or an IPv4 address in the first four bytes.</summary>
[InlineArray(Size)]
public struct AddressBytes
{
    /// <summary>Bytes of an IPv6 address.</summary>
    public const int Size = 16;

    private byte _first;
}

/// <summary>Twin of <c>enum packet_direction</c>: as the socket on this host sees it.</summary>
public enum PacketDirection : byte
{
    /// <summary>None: no packet has it.</summary>
    None = 0,

    /// <summary>It arrived.</summary>
    Ingress = 1,

    /// <summary>It was sent.</summary>
    Egress = 2,
}
