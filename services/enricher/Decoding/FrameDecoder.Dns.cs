using System.Net;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher.Dns;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Enricher.Decoding;

/// <content>Records of packets.</content>
public sealed partial class FrameDecoder
{
    private const int AddressTextMax = 64;
    private const byte Ipv4 = 4;

    private const byte Tcp = 6;
    private const int TcpLengthSize = sizeof(ushort);

    private readonly ProtoDnsWriter _protoDns = new();
    private readonly DnsListWriter _dnsLists = new();

    // A payload that is no message, or not a whole one yet, is an event all the same: one without proto_dns.
    private RecordStatus NetPacketDns(ref RecordReader reader)
    {
        var status = TryRead(ref reader, out NetPacketDnsBody body, out var hostName);
        if (status != RecordStatus.Ok || (status = reader.TryReadPart(out var payload)) != RecordStatus.Ok)
        {
            return status;
        }

        var read = stores.DnsPackets.Take(body, payload, _at.Position, (long)reader.Head.Time, out var message);
        if (!IsWanted(reader.Head))
        {
            return status;
        }

        var writer = BeginEvent(reader, hostName);
        WriteAddress(writer, body.IpVersion, body.Source);
        WriteAddress(writer, body.IpVersion, body.Destination);
        writer.Number(body.SourcePort);
        writer.Number(body.DestinationPort);
        writer.PacketMetadata((int)body.Direction);
        if (read == DnsStatus.Ok)
        {
            writer.Structure(_protoDns.Write(message));
        }
        else
        {
            writer.Absent();
        }

        return status;
    }

    // The same packet as its net_packet_dns, which feeds the store. Over TCP a message is shown where one segment holds all of it.
    private RecordStatus DnsMessage(ref RecordReader reader)
    {
        var status = TryRead(ref reader, out DnsMessageBody body, out var hostName);
        if (status != RecordStatus.Ok || (status = reader.TryReadPart(out var payload)) != RecordStatus.Ok)
        {
            return status;
        }

        var isCut = payload.Length < body.Packet.PayloadSize;
        if (body.Packet.Protocol == Tcp)
        {
            payload = payload.Length < TcpLengthSize ? default : payload[TcpLengthSize..];
        }

        var read = Dns.DnsMessage.TryRead(payload, isCut, out var message);
        var writer = BeginEvent(reader, hostName);
        writer.Structure(_dnsLists.Ends(body));
        if (read != DnsStatus.Ok)
        {
            writer.Absent();
        }
        else if (reader.Head.Event == EventIds.NetPacketDnsRequest)
        {
            writer.Structure(_dnsLists.Questions(message));
        }
        else
        {
            writer.Structure(_dnsLists.Responses(message));
        }

        return status;
    }

    private static void WriteAddress(EventWriter writer, byte version, AddressBytes address)
    {
        Span<byte> text = stackalloc byte[AddressTextMax];
        ReadOnlySpan<byte> bytes = address;
        _ = new IPAddress(version == Ipv4 ? bytes[..4] : bytes).TryFormat(text, out var length);
        writer.Text(text[..length]);
    }
}
