using System.Buffers.Binary;
using System.Net;
using System.Text;
using System.Text.Json;
using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Dns;

namespace TraceeMesh.Replay.Importing;

/// <summary>
/// Gives the answers in Tracee's DNS events to the store of names, as the messages they were: the store has one way in. Only what
/// the store keeps is in them: addresses, aliases, names of addresses.
/// </summary>
internal sealed class DnsAnswers
{
    private const int MaxBytes = 4096;
    private const ushort Internet = 1;
    private const int ServerPort = 53;
    private const byte Udp = 17;

    private static readonly Dictionary<string, ushort> Types = new() { ["A"] = 1, ["CNAME"] = 5, ["PTR"] = 12, ["AAAA"] = 28 };

    private readonly byte[] _message = new byte[MaxBytes];
    private int _length;

    /// <summary>Feeds the answers of an event, if it has any.</summary>
    public void Feed(TraceeEvent e, DnsPackets packets, Moment at)
    {
        var (name, type, answers) = e.Name switch
        {
            "net_packet_dns" => OfPacket(e),
            "net_packet_dns_response" => OfResponse(e),
            _ => default,
        };
        if (name is not null && answers.Count > 0 && TryWrite(name, type, answers))
        {
            var body = new NetPacketDnsBody { SourcePort = ServerPort, PayloadSize = (uint)_length, Protocol = Udp, IpVersion = 4 };
            packets.Take(body, _message.AsSpan(0, _length), at.Position, at.Time, out _);
        }
    }

    private static (string?, string, List<Answer>) OfPacket(TraceeEvent e)
    {
        var dns = e.Arguments.GetValueOrDefault("proto_dns");
        if (Number(dns, "QR") != 1 || Items(dns, "questions").FirstOrDefault() is not { ValueKind: JsonValueKind.Object } question)
        {
            return default;
        }

        return (Text(question, "name"), Text(question, "type"), [.. Items(dns, "answers").Select(a => new Answer(
            Text(a, "name"),
            Text(a, "type"),
            (uint)Number(a, "TTL"),
            Text(a, "type") switch { "CNAME" => Text(a, "CNAME"), "PTR" => Text(a, "PTR"), _ => Text(a, "IP") }))]);
    }

    private static (string?, string, List<Answer>) OfResponse(TraceeEvent e)
    {
        var list = e.Arguments.GetValueOrDefault("dns_response");
        if (list.ValueKind != JsonValueKind.Array || list.EnumerateArray().FirstOrDefault() is not { ValueKind: JsonValueKind.Object } response
            || !response.TryGetProperty("query_data", out var query))
        {
            return default;
        }

        // The answers have no names of their own: an alias is that of the name before it.
        var name = Text(query, "query");
        var answers = new List<Answer>();
        var of = name;
        foreach (var answer in Items(response, "dns_answer"))
        {
            answers.Add(new Answer(of, Text(answer, "answer_type"), (uint)Number(answer, "ttl"), Text(answer, "answer")));
            of = answers[^1].Type == "CNAME" ? answers[^1].Value : of;
        }

        return (name, Text(query, "query_type"), answers);
    }

    private bool TryWrite(string name, string type, List<Answer> answers)
    {
        _length = 0;
        var known = answers.Where(a => Types.ContainsKey(a.Type)).ToList();

        // A response without errors: id 0, flags, one question, the answers.
        return known.Count > 0 && TryNumber(0) && TryNumber(0x8180) && TryNumber(1) && TryNumber((ushort)known.Count) && TryNumber(0) && TryNumber(0)
            && TryName(name) && TryNumber(Types.GetValueOrDefault(type, Types["A"])) && TryNumber(Internet)
            && known.TrueForAll(TryAnswer);
    }

    private bool TryAnswer(Answer answer)
    {
        if (!TryName(answer.Name) || !TryNumber(Types[answer.Type]) || !TryNumber(Internet) || !TryNumber((ushort)(answer.Ttl >> 16)) || !TryNumber((ushort)answer.Ttl) || !TryNumber(0))
        {
            return false;
        }

        var start = _length;
        var written = answer.Type is "CNAME" or "PTR" ? TryName(answer.Value) : IPAddress.TryParse(answer.Value, out var address) && TryBytes(address.GetAddressBytes());
        BinaryPrimitives.WriteUInt16BigEndian(_message.AsSpan(start - 2), (ushort)(_length - start));
        return written;
    }

    private bool TryName(string name)
    {
        foreach (var label in name.TrimEnd('.').Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            var bytes = Encoding.UTF8.GetBytes(label);
            if (bytes.Length > 63 || !TryBytes([(byte)bytes.Length]) || !TryBytes(bytes))
            {
                return false;
            }
        }

        return TryBytes([0]);
    }

    private bool TryNumber(ushort number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, number);
        return TryBytes(bytes);
    }

    private bool TryBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxBytes - _length)
        {
            return false;
        }

        bytes.CopyTo(_message.AsSpan(_length));
        _length += bytes.Length;
        return true;
    }

    private static JsonElement.ArrayEnumerator Items(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default;

    private static string Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";

    private static long Number(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && TraceeJson.TryNumber(value, out var number) ? number : 0;

    private sealed record Answer(string Name, string Type, uint Ttl, string Value);
}
