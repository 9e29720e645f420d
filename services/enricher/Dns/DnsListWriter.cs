using System.Net;
using TraceeMesh.Contracts.Records;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Enricher.Dns;

/// <summary>Writes the arguments of net_packet_dns_request and net_packet_dns_response, with Tracee's names. What it returns holds until the next one.</summary>
public sealed class DnsListWriter : IDisposable
{
    private const byte Ipv4 = 4;

    private readonly MessagePackWriter _writer = new();
    private readonly MessagePackWriter _answers = new();
    private readonly MessagePackWriter _list = new();
    private readonly byte[] _text = new byte[DnsLimits.NameText];

    /// <summary>Between which addresses the packet went.</summary>
    public ReadOnlySpan<byte> Ends(in DnsMessageBody body)
    {
        ReadOnlySpan<byte> source = body.Packet.Source, destination = body.Packet.Destination;
        _writer.Reset();
        _writer.WriteMapHeader(7);
        Address("src_ip"u8, body.Packet.IpVersion == Ipv4 ? source[..4] : source);
        Address("dst_ip"u8, body.Packet.IpVersion == Ipv4 ? destination[..4] : destination);
        Number(_writer, "src_port"u8, body.Packet.SourcePort);
        Number(_writer, "dst_port"u8, body.Packet.DestinationPort);
        Number(_writer, "protocol"u8, body.Packet.Protocol);
        Number(_writer, "packet_len"u8, body.PacketSize);
        _writer.WriteText("iface"u8);
        _writer.WriteText("any"u8);
        return _writer.WrittenSpan;
    }

    /// <summary>The questions of a message.</summary>
    public ReadOnlySpan<byte> Questions(in DnsMessage message)
    {
        _list.Reset();
        var shown = 0;
        foreach (var question in message.Questions)
        {
            Question(message, question);
            shown++;
            if (_list.Length > DnsLimits.SectionBytes)
            {
                break;
            }
        }

        return List(shown);
    }

    /// <summary>The questions of a message, each with all of its answers.</summary>
    public ReadOnlySpan<byte> Responses(in DnsMessage message)
    {
        var answers = Answers(message);
        _list.Reset();
        var shown = 0;
        foreach (var question in message.Questions)
        {
            _list.WriteMapHeader(2);
            _list.WriteText("query_data"u8);
            Question(message, question);
            _list.WriteText("dns_answer"u8);
            _list.WriteArrayHeader(answers);
            _list.WriteRaw(_answers.WrittenSpan);
            shown++;
            if (_list.Length > DnsLimits.SectionBytes)
            {
                break;
            }
        }

        return List(shown);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _writer.Dispose();
        _answers.Dispose();
        _list.Dispose();
    }

    private ReadOnlySpan<byte> List(int count)
    {
        _writer.Reset();
        _writer.WriteArrayHeader(count);
        _writer.WriteRaw(_list.WrittenSpan);
        return _writer.WrittenSpan;
    }

    private int Answers(in DnsMessage message)
    {
        _answers.Reset();
        var shown = 0;
        foreach (var record in message.Answers)
        {
            _answers.WriteMapHeader(3);
            _answers.WriteText("answer_type"u8);
            _answers.WriteText(DnsText.TypeName(record.Type));
            Number(_answers, "ttl"u8, record.TimeToLive);
            _answers.WriteText("answer"u8);
            _answers.WriteText(Answer(message, record));
            shown++;
            if (_answers.Length > DnsLimits.SectionBytes)
            {
                break;
            }
        }

        return shown;
    }

    // What a record leads to: an address, a name, or the first text; empty of other kinds.
    private ReadOnlySpan<byte> Answer(in DnsMessage message, in DnsRecord record)
    {
        var data = message.Bytes.Slice(record.DataAt, record.DataLength);
        return message.OpCode != DnsText.Query ? default : record.Type switch
        {
            DnsText.A or DnsText.Aaaa => AddressText(data),
            DnsText.Ns or DnsText.Cname or DnsText.Ptr => Name(message, record.DataAt),
            DnsText.Mx => Name(message, record.DataAt + DnsData.MxNumbers),
            DnsText.Srv => Name(message, record.DataAt + DnsData.SrvNumbers),
            DnsText.Txt when data.Length > 0 => data.Slice(1, data[0]),
            _ => default,
        };
    }

    private void Question(in DnsMessage message, in DnsQuestion question)
    {
        _list.WriteMapHeader(3);
        _list.WriteText("query"u8);
        _list.WriteText(Name(message, question.NameAt));
        _list.WriteText("query_type"u8);
        _list.WriteText(DnsText.TypeName(question.Type));
        _list.WriteText("query_class"u8);
        _list.WriteText(DnsText.ClassName(question.Class));
    }

    private ReadOnlySpan<byte> Name(in DnsMessage message, int at) => _text.AsSpan(0, message.WriteName(at, _text));

    private void Address(ReadOnlySpan<byte> name, ReadOnlySpan<byte> address)
    {
        _writer.WriteText(name);
        _writer.WriteText(AddressText(address));
    }

    private ReadOnlySpan<byte> AddressText(ReadOnlySpan<byte> address)
    {
        _ = new IPAddress(address).TryFormat(_text, out var length);
        return _text.AsSpan(0, length);
    }

    private static void Number(MessagePackWriter writer, ReadOnlySpan<byte> name, long value)
    {
        writer.WriteText(name);
        writer.WriteInt(value);
    }
}
