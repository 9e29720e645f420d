using System.Buffers.Binary;
using System.Net;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Enricher.Dns;

/// <summary>Writes a message as the argument <c>proto_dns</c> of an event: a map with Tracee's names (docs/wire.md).</summary>
public sealed class ProtoDnsWriter : IDisposable
{
    private const int HeaderFields = 17;
    private const int QuestionFields = 3;
    private const int RecordFields = 15;

    private readonly MessagePackWriter _writer = new();
    private readonly MessagePackWriter _section = new();
    private readonly byte[] _text = new byte[DnsLimits.NameText];

    /// <summary>Writes a message.</summary>
    /// <returns>The map, encoded; until the next message.</returns>
    public ReadOnlySpan<byte> Write(in DnsMessage message)
    {
        _writer.Reset();
        _writer.WriteMapHeader(HeaderFields);
        Number(_writer, "ID"u8, message.Id);
        Number(_writer, "QR"u8, message.IsResponse ? 1 : 0);
        Text(_writer, "opCode"u8, DnsText.OpCodeName(message.OpCode));
        Number(_writer, "AA"u8, (message.Flags >> 3) & 1);
        Number(_writer, "TC"u8, (message.Flags >> 2) & 1);
        Number(_writer, "RD"u8, (message.Flags >> 1) & 1);
        Number(_writer, "RA"u8, message.Flags & 1);
        Number(_writer, "Z"u8, message.Z);
        Text(_writer, "responseCode"u8, DnsText.ResponseCodeName(message.ResponseCode));
        Number(_writer, "QDCount"u8, message.QuestionCount);
        Number(_writer, "ANCount"u8, message.AnswerCount);
        Number(_writer, "NSCount"u8, message.AuthorityCount);
        Number(_writer, "ARCount"u8, message.AdditionalCount);
        WriteQuestions(message);
        WriteRecords(message, "answers"u8, message.Answers);
        WriteRecords(message, "authorities"u8, message.Authorities);
        WriteRecords(message, "additionals"u8, message.Additionals);
        return _writer.WrittenSpan;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _writer.Dispose();
        _section.Dispose();
    }

    private static void Number(MessagePackWriter writer, ReadOnlySpan<byte> name, long value)
    {
        writer.WriteText(name);
        writer.WriteInt(value);
    }

    private static void Text(MessagePackWriter writer, ReadOnlySpan<byte> name, string value)
    {
        writer.WriteText(name);
        writer.WriteText(value);
    }

    private void Name(in DnsMessage message, ReadOnlySpan<byte> name, int at)
    {
        _section.WriteText(name);
        _section.WriteText(at < 0 ? default : _text.AsSpan(0, message.WriteName(at, _text)));
    }

    private void WriteQuestions(in DnsMessage message)
    {
        _section.Reset();
        var shown = 0;
        foreach (var question in message.Questions)
        {
            _section.WriteMapHeader(QuestionFields);
            Name(message, "name"u8, question.NameAt);
            Text(_section, "type"u8, DnsText.TypeName(question.Type));
            Text(_section, "class"u8, DnsText.ClassName(question.Class));
            shown++;
            if (_section.Length > DnsLimits.SectionBytes)
            {
                break;
            }
        }

        EndSection("questions"u8, shown);
    }

    private void WriteRecords(in DnsMessage message, ReadOnlySpan<byte> name, DnsRecords records)
    {
        _section.Reset();
        var shown = 0;
        foreach (var record in records)
        {
            WriteRecord(message, record);
            shown++;
            if (_section.Length > DnsLimits.SectionBytes)
            {
                break;
            }
        }

        EndSection(name, shown);
    }

    private void EndSection(ReadOnlySpan<byte> name, int count)
    {
        _writer.WriteText(name);
        _writer.WriteArrayHeader(count);
        _writer.WriteRaw(_section.WrittenSpan);
    }

    private void WriteRecord(in DnsMessage message, in DnsRecord record)
    {
        // What the type says was checked for the usual kind of message only; the data of others is not shown.
        var type = message.OpCode == DnsText.Query ? record.Type : 0;
        var data = message.Bytes.Slice(record.DataAt, record.DataLength);
        _section.WriteMapHeader(RecordFields);
        Name(message, "name"u8, record.NameAt);
        Text(_section, "type"u8, DnsText.TypeName(record.Type));
        Text(_section, "class"u8, DnsText.ClassName(record.Class));
        Number(_section, "TTL"u8, record.TimeToLive);
        WriteAddress(type is DnsText.A or DnsText.Aaaa ? data : default);
        Name(message, "NS"u8, type == DnsText.Ns ? record.DataAt : -1);
        Name(message, "CNAME"u8, type == DnsText.Cname ? record.DataAt : -1);
        Name(message, "PTR"u8, type == DnsText.Ptr ? record.DataAt : -1);
        WriteTexts(type == DnsText.Txt, data);
        WriteSoa(message, type == DnsText.Soa, record.DataAt);
        WriteSrv(message, type == DnsText.Srv, data, record.DataAt);
        WriteMx(message, type == DnsText.Mx, data, record.DataAt);
        WriteOptions(type == DnsText.Opt, data);
        WriteUri(type == DnsText.Uri ? data : default);
        _section.WriteText("TXT"u8);
        _section.WriteText(type == DnsText.Txt && data.Length > 0 ? data.Slice(1, data[0]) : default);
    }

    private void WriteAddress(ReadOnlySpan<byte> address)
    {
        _section.WriteText("IP"u8);
        if (address.IsEmpty)
        {
            _section.WriteText(default(ReadOnlySpan<byte>));
            return;
        }

        _ = new IPAddress(address).TryFormat(_text, out var length);
        _section.WriteText(_text.AsSpan(0, length));
    }

    private void WriteTexts(bool present, ReadOnlySpan<byte> data)
    {
        _section.WriteText("TXTs"u8);
        if (!present)
        {
            _section.WriteNil();
            return;
        }

        var count = 0;
        for (var rest = data; !rest.IsEmpty; rest = rest[(rest[0] + 1)..])
        {
            count++;
        }

        _section.WriteArrayHeader(count);
        for (; !data.IsEmpty; data = data[(data[0] + 1)..])
        {
            _section.WriteText(data.Slice(1, data[0]));
        }
    }

    private void WriteSoa(in DnsMessage message, bool present, int at)
    {
        var (master, mailbox) = (-1, -1);
        ReadOnlySpan<byte> numbers = stackalloc byte[DnsData.SoaNumbers];
        if (present)
        {
            master = at;
            _ = DnsName.TrySkip(message.Bytes, ref at);
            mailbox = at;
            _ = DnsName.TrySkip(message.Bytes, ref at);
            numbers = message.Bytes.Slice(at, DnsData.SoaNumbers);
        }

        _section.WriteText("SOA"u8);
        _section.WriteMapHeader(7);
        Name(message, "MName"u8, master);
        Name(message, "RName"u8, mailbox);
        Number(_section, "serial"u8, BinaryPrimitives.ReadUInt32BigEndian(numbers));
        Number(_section, "refresh"u8, BinaryPrimitives.ReadUInt32BigEndian(numbers[4..]));
        Number(_section, "retry"u8, BinaryPrimitives.ReadUInt32BigEndian(numbers[8..]));
        Number(_section, "expire"u8, BinaryPrimitives.ReadUInt32BigEndian(numbers[12..]));
        Number(_section, "minimum"u8, BinaryPrimitives.ReadUInt32BigEndian(numbers[16..]));
    }

    private void WriteSrv(in DnsMessage message, bool present, ReadOnlySpan<byte> data, int at)
    {
        _section.WriteText("SRV"u8);
        _section.WriteMapHeader(4);
        Number(_section, "priority"u8, present ? BinaryPrimitives.ReadUInt16BigEndian(data) : 0);
        Number(_section, "weight"u8, present ? BinaryPrimitives.ReadUInt16BigEndian(data[2..]) : 0);
        Number(_section, "port"u8, present ? BinaryPrimitives.ReadUInt16BigEndian(data[4..]) : 0);
        Name(message, "name"u8, present ? at + DnsData.SrvNumbers : -1);
    }

    private void WriteMx(in DnsMessage message, bool present, ReadOnlySpan<byte> data, int at)
    {
        _section.WriteText("MX"u8);
        _section.WriteMapHeader(2);
        Number(_section, "preference"u8, present ? BinaryPrimitives.ReadUInt16BigEndian(data) : 0);
        Name(message, "name"u8, present ? at + DnsData.MxNumbers : -1);
    }

    private void WriteOptions(bool present, ReadOnlySpan<byte> data)
    {
        _section.WriteText("OPT"u8);
        if (!present)
        {
            _section.WriteNil();
            return;
        }

        var count = 0;
        for (var rest = data; !rest.IsEmpty; rest = rest[(DnsData.OptionHead + DnsData.OptionLength(rest))..])
        {
            count++;
        }

        _section.WriteArrayHeader(count);
        for (; !data.IsEmpty; data = data[(DnsData.OptionHead + DnsData.OptionLength(data))..])
        {
            _section.WriteMapHeader(2);
            Text(_section, "code"u8, DnsText.OptionName(BinaryPrimitives.ReadUInt16BigEndian(data)));
            _section.WriteText("data"u8);
            WriteHex(data.Slice(DnsData.OptionHead, DnsData.OptionLength(data)));
        }
    }

    private void WriteUri(ReadOnlySpan<byte> data)
    {
        var present = data.Length >= DnsData.UriNumbers;
        _section.WriteText("URI"u8);
        _section.WriteMapHeader(3);
        Number(_section, "priority"u8, present ? BinaryPrimitives.ReadUInt16BigEndian(data) : 0);
        Number(_section, "weight"u8, present ? BinaryPrimitives.ReadUInt16BigEndian(data[2..]) : 0);
        _section.WriteText("target"u8);
        _section.WriteText(present ? data[DnsData.UriNumbers..] : default);
    }

    // Options are bytes, not text; as many of them as the buffer of names takes.
    private void WriteHex(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[..Math.Min(bytes.Length, _text.Length / 2)];
        for (var i = 0; i < bytes.Length; i++)
        {
            _text[2 * i] = Digit(bytes[i] >> 4);
            _text[(2 * i) + 1] = Digit(bytes[i] & 0xf);
        }

        _section.WriteText(_text.AsSpan(0, 2 * bytes.Length));
    }

    private static byte Digit(int value) => (byte)(value < 10 ? '0' + value : 'a' + value - 10);
}
