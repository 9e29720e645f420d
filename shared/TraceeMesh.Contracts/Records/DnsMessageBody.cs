using System.Runtime.InteropServices;

namespace TraceeMesh.Contracts.Records;

/// <summary>Twin of <c>struct dns_message_body</c>. Tail: payload.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct DnsMessageBody
{
    /// <summary>The packet.</summary>
    public NetPacketDnsBody Packet;

    /// <summary>Its bytes with its headers.</summary>
    public uint PacketSize;

    /// <summary>Zero.</summary>
    public uint Reserved;
}
