using System.Text;
using TraceeMesh.Enricher.Dns;
using TraceeMesh.TestKit.Dns;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher.Dns;

public sealed class DnsMessageTests
{
    private const int Header = 12;

    private static readonly byte[] Pointer = [0xc0, Header];

    [Fact]
    public void TryRead_Answer_HasHeaderQuestionAndRecords()
    {
        var bytes = new DnsBuilder(flags: 0x85b3, id: 0xbeef).Question("www.example.com", DnsBuilder.A)
            .Answer(Pointer, DnsBuilder.Cname, 60, DnsBuilder.Name("cdn.example.net"))
            .Answer("cdn.example.net", DnsBuilder.A, 0x12345, "192.0.2.1")
            .Authority(Pointer, 2, 9, DnsBuilder.Name("ns"))
            .Additional([0], DnsBuilder.Opt, 4096, 0x8000, [0, 10, 0, 2, 0xab, 0xcd])
            .Bytes;

        Assert.Equal(DnsStatus.Ok, DnsMessage.TryRead(bytes, isCut: false, out var message));

        Assert.Equal((0xbeef, true, 0, 0b1011, 3, 3), (message.Id, message.IsResponse, message.OpCode, message.Flags, message.Z, message.ResponseCode));
        Assert.Equal((1, 2, 1, 1), (message.QuestionCount, message.AnswerCount, message.AuthorityCount, message.AdditionalCount));
        var records = new List<(string, int, int, uint, int)>();
        foreach (var question in message.Questions)
        {
            Assert.Equal(("www.example.com", DnsBuilder.A, 1), (Name(message, question.NameAt), question.Type, question.Class));
        }

        foreach (var record in message.Answers)
        {
            records.Add((Name(message, record.NameAt), record.Type, record.Class, record.TimeToLive, record.DataLength));
        }

        foreach (var record in message.Additionals)
        {
            records.Add((Name(message, record.NameAt), record.Type, record.Class, record.TimeToLive, record.DataLength));
        }

        Assert.Equal([("www.example.com", 5, 1, 60u, 17), ("cdn.example.net", 1, 1, 0x12345u, 4), ("", 41, 4096, 0x8000u, 6)], records);
    }

    [Theory]
    [InlineData("a\\.b", "03612e62")]
    [InlineData("\\000\\255\\\\\\032", "0400ff5c20")]
    [InlineData("", "")]
    public void WriteName_BytesThatAreNoText_AreEscaped(string expected, string labels)
    {
        var bytes = new DnsBuilder().Raw([.. Convert.FromHexString(labels), 0]).Word(1).Word(1).Set(4, 1).Bytes;

        Assert.Equal(DnsStatus.Ok, DnsMessage.TryRead(bytes, isCut: false, out var message));
        Assert.Equal(expected, Name(message, Header));
    }

    [Fact]
    public void TryRead_NameOf255Bytes_IsRead_OneOf256IsNot()
    {
        var longest = string.Join('.', new string('a', 63), new string('b', 63), new string('c', 63), new string('d', 61));

        Assert.Equal(DnsStatus.Ok, DnsMessage.TryRead(new DnsBuilder().Question(longest, 1).Bytes, isCut: false, out var message));
        Assert.Equal(longest, Name(message, Header));
        Assert.Equal(DnsStatus.NameTooLong, DnsMessage.TryRead(new DnsBuilder().Question(longest + "d", 1).Bytes, isCut: false, out _));
    }

    public static TheoryData<string, DnsStatus, byte[]> Malformed => new()
    {
        { "nothing", DnsStatus.Truncated, [] },
        { "half a header", DnsStatus.Truncated, new byte[11] },
        { "a question that is not there", DnsStatus.Truncated, new DnsBuilder().Set(4, 1).Bytes },
        { "an answer that is not there", DnsStatus.Truncated, new DnsBuilder().Question("a", 1).Set(6, 1).Bytes },
        { "65535 answers", DnsStatus.Truncated, new DnsBuilder().Question("a", 1).Answer("a", 1, 1, "192.0.2.1").Set(6, 0xffff).Bytes },
        { "an authority that is not there", DnsStatus.Truncated, new DnsBuilder().Question("a", 1).Set(8, 1).Bytes },
        { "an additional record that is not there", DnsStatus.Truncated, new DnsBuilder().Question("a", 1).Set(10, 1).Bytes },
        { "a label beyond the end", DnsStatus.Truncated, new DnsBuilder().Raw(63, 1, 2).Set(4, 1).Bytes },
        { "a name without an end", DnsStatus.Truncated, new DnsBuilder().Raw(1, 1).Set(4, 1).Bytes },
        { "half a pointer", DnsStatus.Truncated, new DnsBuilder().Raw(0xc0).Set(4, 1).Bytes },
        { "a pointer to itself", DnsStatus.BadPointer, new DnsBuilder().Raw(0xc0, Header).Word(1).Word(1).Set(4, 1).Bytes },
        { "a pointer forwards", DnsStatus.BadPointer, new DnsBuilder().Raw(0xc0, Header + 6, 0, 1, 0, 1, 0).Set(4, 1).Bytes },
        { "a pointer beyond the end", DnsStatus.BadPointer, new DnsBuilder().Raw(0xff, 0xff).Word(1).Word(1).Set(4, 1).Bytes },
        { "pointers that lead to each other", DnsStatus.BadPointer, new DnsBuilder().Raw(1, 1, 0xc0, Header + 4, 0xc0, Header).Word(1).Word(1).Set(4, 1).Bytes },
        { "a pointer into its own labels", DnsStatus.BadPointer, new DnsBuilder().Raw(1, (byte)'a', 0xc0, Header).Word(1).Word(1).Set(4, 1).Bytes },
        { "label kind 01", DnsStatus.BadLabel, new DnsBuilder().Raw(0x41, 0).Word(1).Word(1).Set(4, 1).Bytes },
        { "label kind 10", DnsStatus.BadLabel, new DnsBuilder().Raw(0x81, 0).Word(1).Word(1).Set(4, 1).Bytes },
        { "no class", DnsStatus.Truncated, new DnsBuilder().Raw(0).Word(1).Set(4, 1).Bytes },
        { "data beyond the end", DnsStatus.Truncated, new DnsBuilder().Raw(0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 5, 1, 2, 3, 4).Set(6, 1).Bytes },
        { "no length of data", DnsStatus.Truncated, new DnsBuilder().Raw(0, 0, 1, 0, 1, 0, 0, 0, 0, 0).Set(6, 1).Bytes },
        { "an IPv4 address of 3 bytes", DnsStatus.BadData, new DnsBuilder().Answer([0], 1, 1, [1, 2, 3]).Bytes },
        { "an IPv6 address of 4 bytes", DnsStatus.BadData, new DnsBuilder().Answer([0], 28, 1, [1, 2, 3, 4]).Bytes },
        { "an alias that is none", DnsStatus.BadData, new DnsBuilder().Answer([0], 5, 1, []).Bytes },
        { "an alias with more behind it", DnsStatus.BadData, new DnsBuilder().Answer([0], 5, 1, [0, 0]).Bytes },
        { "an alias that ends behind its data", DnsStatus.BadData, new DnsBuilder().Answer([0], 5, 1, [1]).Additional([0], 1, 1, 1, [1, 2, 3, 4]).Bytes },
        { "an alias that is its own pointer", DnsStatus.BadPointer, new DnsBuilder().Answer([0], 5, 1, [0xc0, Header + 11]).Bytes },
        { "a mail record without a name", DnsStatus.BadData, new DnsBuilder().Answer([0], 15, 1, [1]).Bytes },
        { "a service record without a name", DnsStatus.BadData, new DnsBuilder().Answer([0], 33, 1, [1, 2, 3, 4, 5]).Bytes },
        { "a zone without numbers", DnsStatus.BadData, new DnsBuilder().Answer([0], 6, 1, [0, 0]).Bytes },
        { "a text longer than its data", DnsStatus.BadData, new DnsBuilder().Answer([0], 16, 1, [5, 1]).Bytes },
        { "an option longer than its data", DnsStatus.BadData, new DnsBuilder().Additional([0], 41, 1, 1, [0, 10, 0, 5, 1]).Bytes },
        { "half an option", DnsStatus.BadData, new DnsBuilder().Additional([0], 41, 1, 1, [0, 10, 0]).Bytes },
        { "a URI without numbers", DnsStatus.BadData, new DnsBuilder().Answer([0], 256, 1, [1, 2, 3]).Bytes },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void TryRead_Malformed_SaysWhat(string what, DnsStatus expected, byte[] bytes)
    {
        Assert.NotEmpty(what);
        Assert.Equal(expected, DnsMessage.TryRead(bytes, isCut: false, out _));
    }

    [Fact]
    public void TryRead_CutAnywhere_GivesTheRecordsInFrontOfTheCut()
    {
        var whole = DnsBuilder.Response("a.b", 1, ("a.b", 5, 1, "c.d"), ("c.d", 1, 1, "192.0.2.1"), ("c.d", 1, 1, "192.0.2.2"));
        var seen = new HashSet<int>();
        for (var length = Header; length < whole.Length; length++)
        {
            Assert.Equal(DnsStatus.Truncated, DnsMessage.TryRead(whole.AsSpan(0, length), isCut: false, out _));
            Assert.Equal(DnsStatus.Ok, DnsMessage.TryRead(whole.AsSpan(0, length), isCut: true, out var message));
            Assert.Equal(3, message.AnswerCount);
            seen.Add(message.Answers.Count);
        }

        Assert.Equal([0, 1, 2], seen.Order());
    }

    // Whatever is read must be readable to its end, by everything that reads messages.
    [Fact]
    public void TryRead_AnyMutation_IsRefusedOrReadableToItsEnd()
    {
        var random = new Random(4711);
        var seeds = new[]
        {
            DnsBuilder.Response("www.example.com", 1, ("www.example.com", 5, 60, "cdn.example.net"), ("cdn.example.net", 1, 60, "192.0.2.1")),
            DnsBuilder.Response("4.3.2.1.in-addr.arpa", 12, ("4.3.2.1.in-addr.arpa", 12, 60, "host.example")),
            DnsBuilder.Response("example.com", 15, ("example.com", 15, 60, "10 mx.example.com"), ("_x._tcp.example.com", 33, 1, "1 2 3 srv.example.com")),
            new DnsBuilder().Question("x.y", 28).Answer([0xc0, 12], 28, 5, new byte[16]).Authority([0xc0, 14], 6, 1, [.. DnsBuilder.Name("ns"), 0xc0, 12, .. new byte[20]]).Additional([0], 41, 1232, 0, [0, 8, 0, 4, 0, 1, 0, 0]).Bytes,
            new DnsBuilder().Question("t", 16).Answer([0xc0, 12], 16, 5, [3, 1, 2, 3, 0, 1, 9]).Answer([0xc0, 12], 256, 5, [0, 1, 0, 2, 65]).Bytes,
        };
        var cache = new DnsCache(64);
        using var writer = new ProtoDnsWriter();
        var accepted = 0;
        for (var round = 0; round < 200_000; round++)
        {
            var bytes = (byte[])seeds[random.Next(seeds.Length)].Clone();
            for (var changes = random.Next(1, 5); changes > 0; changes--)
            {
                bytes[random.Next(2) == 0 ? random.Next(Header) : random.Next(bytes.Length)] = (byte)(random.Next(3) == 0 ? 0xc0 : random.Next(256));
            }

            var cut = random.Next(4) == 0 ? bytes.AsSpan(0, random.Next(bytes.Length)) : bytes;
            if (DnsMessage.TryRead(cut, isCut: random.Next(2) == 0, out var message) == DnsStatus.Ok)
            {
                accepted++;
                Assert.NotEqual(0, writer.Write(message).Length);
                cache.Add(message, new TraceeMesh.Enricher.StorePosition(0, round), round);
            }
        }

        Assert.InRange(accepted, 10_000, 190_000);
        Assert.InRange(cache.Count, 1, 64);
    }

    [Fact]
    public void TryRead_AndItsRecords_AllocateNothing()
    {
        var bytes = DnsBuilder.Response("www.example.com", 1, ("www.example.com", 5, 60, "cdn.example.net"), ("cdn.example.net", 1, 60, "192.0.2.1"));
        Span<byte> text = new byte[DnsLimits.NameText];
        var read = ReadAll(bytes, text);

        var before = GC.GetAllocatedBytesForCurrentThread();
        read += ReadAll(bytes, text);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(2 * (15 + 15 + 15), read);
    }

    private static int ReadAll(byte[] bytes, Span<byte> text)
    {
        var read = 0;
        _ = DnsMessage.TryRead(bytes, isCut: false, out var message);
        foreach (var question in message.Questions)
        {
            read += message.WriteName(question.NameAt, text);
        }

        foreach (var record in message.Answers)
        {
            read += message.WriteName(record.NameAt, text);
        }

        return read;
    }

    private static string Name(DnsMessage message, int at)
    {
        var text = new byte[DnsLimits.NameText];
        return Encoding.ASCII.GetString(text, 0, message.WriteName(at, text));
    }
}
