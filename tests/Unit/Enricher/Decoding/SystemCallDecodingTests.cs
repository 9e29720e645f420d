using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;
using TraceeMesh.Tests.Unit.Enricher.Cutting;
using TraceeMesh.TestKit.Records;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher.Decoding;

public sealed class SystemCallDecodingTests
{
    private readonly CutterHarness _harness = new();
    private readonly RecordBuilder _records = new();

    [Fact]
    public void Registers_AreCutToTheirTypes()
    {
        Assert.Equal("""[-2,"file",66,420]""", Values("openat", [0xdead_0000_ffff_fffe, 0x7000, 0xdead_0000_0000_0042, 0x1_01a4], "file"u8.ToArray()));
        Assert.Equal("[-1,18446744073709551615,18446744073709551615]", Values("read", [ulong.MaxValue, ulong.MaxValue, ulong.MaxValue]));
    }

    [Fact]
    public void Texts_AreTheTextsBeforeEachNul() =>
        Assert.Equal("""["/bin/x",["x","","y z"],[]]""", Values("execve", [1, 2, 3], "/bin/x"u8.ToArray(), "x\0\0y z\0"u8.ToArray(), []));

    [Fact]
    public void Text_ThatCouldNotBeRead_IsAbsent_AndANullPointerIsEmpty()
    {
        _records.Head.Truncated = 0b01;
        Assert.Equal("""[null,""]""", Values("rename", [1, 0], [], []));
    }

    [Fact]
    public void Text_ThatCouldNotBeRead_BehindANodeName_IsAbsent()
    {
        _records.Head.Flags = RecordFlags.UtsPrivate;
        _records.Head.Truncated = 0b100;
        Assert.Equal("""["old",null]""", Values("rename", [1, 2], "node"u8.ToArray(), "old"u8.ToArray(), []));
    }

    [Fact]
    public void Text_OfAResult_EndsBeforeItsNul() => Assert.Equal("""["/home",4096]""", Values("getcwd", [1, 4096], "/home\0"u8.ToArray()));

    [Fact]
    public void Time_IsSeconds_OfEitherWidth()
    {
        Assert.Equal("[1.5,null]", Values("nanosleep", [1, 0], [1, 0, 0, 0, 0, 0, 0, 0, 0, 0x65, 0xcd, 0x1d, 0, 0, 0, 0], []));
        Assert.Equal("[-1.75,null]", Values("nanosleep", [1, 0], [0xfe, 0xff, 0xff, 0xff, 0x80, 0xb2, 0xe6, 0x0e], []));
    }

    [Fact]
    public void Pair_IsTwoInts_AndAbsentWhereTheCallFailed()
    {
        Assert.Equal("[[3,4]]", Values("pipe", [1], [3, 0, 0, 0, 4, 0, 0, 0]));
        Assert.Equal("[null]", Values("pipe", [1], Array.Empty<byte>()));
    }

    [Theory]
    [InlineData("02001f907f000001", """{"sa_family":"AF_INET","sin_port":"8080","sin_addr":"127.0.0.1"}""")]
    [InlineData("02001f90", """{"sa_family":"AF_INET"}""")]
    [InlineData("0a001f90000000010000000000000000000000000000000107000000", """{"sa_family":"AF_INET6","sin6_port":"8080","sin6_flowinfo":"1","sin6_addr":"::1","sin6_scopeid":"7"}""")]
    [InlineData("01002f746d702f7300ff", """{"sa_family":"AF_UNIX","sun_path":"/tmp/s"}""")]
    [InlineData("010000616273", """{"sa_family":"AF_UNIX","sun_path":"@abs"}""")]
    [InlineData("0100", """{"sa_family":"AF_UNIX","sun_path":""}""")]
    [InlineData("1000", """{"sa_family":"AF_NETLINK"}""")]
    [InlineData("ffff", """{"sa_family":"65535"}""")]
    [InlineData("02", "null")]
    public void Address_IsAMapOfTexts(string bytes, string value) =>
        Assert.Equal($"[3,{value},16]", Values("connect", [3, 1, 16], Convert.FromHexString(bytes)));

    [Fact]
    public void Execveat_ThatSucceeded_HasItsTextsAlone()
    {
        _records.Head.ReturnValue = 0;
        Assert.Equal("""[null,"/x",["x"],[],null]""", Values("execveat", [0, 0, 0, 0, 0], "/x"u8.ToArray(), "x\0"u8.ToArray(), []));
    }

    [Fact]
    public void Arguments_OfEveryCall_AreReadFromAnyBytesWithoutAnEscape()
    {
        foreach (var e in SystemCallTable.Events)
        {
            _records.AddBytes(e.Id, MemoryMarshal.AsBytes<ulong>([1, 2, 3, 4, 5, 6]), [[1], [2, 0, 0], [3]]);
        }

        _harness.Give(0, _records, selected: new EventSet(SystemCallTable.Events.Select(e => e.Id)));
        Assert.All(_harness.BadRecords, b => Assert.Equal(RecordStatus.BadTail, b.Status));
    }

    private string Values(string name, ReadOnlySpan<ulong> registers, params byte[][] parts)
    {
        var harness = new CutterHarness();
        var body = default(SystemCallBody);
        registers.CopyTo(body.Argument);
        var records = new RecordBuilder { Head = _records.Head };
        records.AddBytes(EventCatalog.Find(name)!.Id, MemoryMarshal.AsBytes(new ReadOnlySpan<SystemCallBody>(in body)), parts);
        harness.Give(0, records);
        Assert.Empty(harness.BadRecords);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            EventJson.WriteArguments(json, harness.Single());
            json.WriteEndObject();
        }

        return JsonNode.Parse(stream.ToArray())!["args"]!.AsArray().Aggregate("[", (all, a) => $"{all}{(all.Length > 1 ? "," : "")}{a!["value"]?.ToJsonString() ?? "null"}") + "]";
    }
}
