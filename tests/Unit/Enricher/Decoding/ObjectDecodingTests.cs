using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;
using TraceeMesh.Tests.Unit.Enricher.Cutting;
using TraceeMesh.TestKit.Dns;
using TraceeMesh.TestKit.Records;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher.Decoding;

/// <summary>Events that are read from kernel objects.</summary>
public sealed class ObjectDecodingTests
{
    private readonly CutterHarness _harness = new();
    private readonly RecordBuilder _records = new();

    public static TheoryData<byte[], string> Addresses => new()
    {
        { [2, 0, 0x1f, 0x90, 192, 0, 2, 7, 0, 0, 0, 0, 0, 0, 0, 0], """{"sa_family":"AF_INET","sin_port":"8080","sin_addr":"192.0.2.7"}""" },
        { [2, 0, 0x1f], """{"sa_family":"AF_INET"}""" },
        {
            [10, 0, 0, 53, 7, 0, 0, 0, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 0, 0, 0],
            """{"sa_family":"AF_INET6","sin6_port":"53","sin6_flowinfo":"117440512","sin6_addr":"2001:db8::1","sin6_scopeid":"3"}"""
        },
        { [10, 0, 0, 53], """{"sa_family":"AF_INET6"}""" },
        { [1, 0, .. "/run/x"u8, 0, 9], """{"sa_family":"AF_UNIX","sun_path":"/run/x"}""" },
        { [1, 0, 0, .. "hidden"u8], """{"sa_family":"AF_UNIX","sun_path":"@hidden"}""" },
        { [1, 0], """{"sa_family":"AF_UNIX","sun_path":""}""" },
        { [16, 0, 1, 2, 3], """{"sa_family":"AF_NETLINK"}""" },
        { [0x39, 0x30], """{"sa_family":"12345"}""" },
        { [2], "null" },
        { [], "null" },
    };

    [Theory]
    [MemberData(nameof(Addresses))]
    public void SocketAddress_OfAnyKindAndLength_IsShownAsFarAsItIsThere(byte[] address, string json)
    {
        var e = Decode(EventIds.SecuritySocketConnect, [7, 1], address);

        Assert.Equal(json, Value(e, "remote_addr"));
        Assert.Equal(("7", "1"), (Value(e, "sockfd"), Value(e, "type")));
    }

    [Fact]
    public void Numbers_AreAsWideAsTheirTypes()
    {
        var e = Decode(EventIds.MemProtAlert, [4, unchecked((long)0xffff_8000_0000_0001), 4096, 5, -1, 0xffff_ffff, long.MaxValue, 3], "/a"u8.ToArray());

        Assert.Equal(
            ["4", "18446603336221196289", "4096", "5", "-1", "\"/a\"", "4294967295", "9223372036854775807", "3"],
            e.Definition.Arguments.Select(a => Value(e, a.Name)));
    }

    [Fact]
    public void Credentials_AreTwoMaps()
    {
        var e = Decode(EventIds.CommitCreds, [.. Enumerable.Range(1, 14).Select(n => (long)n), -1, .. new long[15]]);

        Assert.Equal(
            """{"Uid":1,"Gid":2,"Suid":3,"Sgid":4,"Euid":5,"Egid":6,"Fsuid":7,"Fsgid":8,"UserNamespace":9,"SecureBits":10,"CapInheritable":11,"CapPermitted":12,"CapEffective":13,"CapBounding":14,"CapAmbient":18446744073709551615}""",
            Value(e, "old_cred"));
        Assert.StartsWith("""{"Uid":0,""", Value(e, "new_cred"), StringComparison.Ordinal);
    }

    [Fact]
    public void MagicWrite_BytesAreBase64()
    {
        var e = Decode(EventIds.MagicWrite, [8, 6], "/x"u8.ToArray(), [0x7f, 0x45, 0, 0xff]);

        Assert.Equal(("\"/x\"", "\"f0UA/w==\"", "8", "6"), (Value(e, "pathname"), Value(e, "bytes"), Value(e, "dev"), Value(e, "inode")));
    }

    [Fact]
    public void Unlink_PathIsJoinedAndTheFileUnknown()
    {
        var e = Decode(EventIds.SecurityInodeUnlink, [], "/a/b"u8.ToArray(), "../c"u8.ToArray());

        Assert.Equal(["\"/a/c\"", "null", "null", "null"], e.Definition.Arguments.Select(a => Value(e, a.Name)));
    }

    [Fact]
    public void Mount_PathIsJoined()
    {
        var e = Decode(EventIds.SecuritySbMount, [0x1000], "/dev/sda1"u8.ToArray(), "/mnt"u8.ToArray(), "./x"u8.ToArray(), "ext4"u8.ToArray());

        Assert.Equal(["\"/dev/sda1\"", "\"/mnt/x\"", "\"ext4\"", "4096"], e.Definition.Arguments.Select(a => Value(e, a.Name)));
    }

    [Fact]
    public void ExecuteFailed_WhatTheKernelLetGoOfIsAbsent()
    {
        var e = Decode(EventIds.ProcessExecuteFailed, [-100, 0x1000, 0x2000, 1], "/x"u8.ToArray(), "/dev/null"u8.ToArray(), "a\0b\0"u8.ToArray(), []);

        Assert.Equal(
            ["-100", "4096", "\"/x\"", "null", "null", "null", "null", "null", "null", "8192", "\"/dev/null\"", "1", """["a","b"]""", "[]"],
            e.Definition.Arguments.Select(a => Value(e, a.Name)));
    }

    [Theory]
    [InlineData(FlowDirection.Outgoing, "outgoing", "192.0.2.1", "198.51.100.9", 4711, 443)]
    [InlineData(FlowDirection.Incoming, "incoming", "198.51.100.9", "192.0.2.1", 443, 4711)]
    public void Flow_SourceIsWhoBeganIt(FlowDirection direction, string name, string source, string destination, int sourcePort, int destinationPort)
    {
        var e = Decode(EventIds.NetFlowTcpBegin, [(long)direction], Internet(4711, 192, 0, 2, 1), Internet(443, 198, 51, 100, 9));

        Assert.Equal(
            [$"\"{name}\"", $"\"{source}\"", $"\"{destination}\"", $"{sourcePort}", $"{destinationPort}", "[]", "[]"],
            e.Definition.Arguments.Select(a => Value(e, a.Name)));
    }

    [Fact]
    public void Connection_ToAnAddressThatANameResolvedTo_HasTheName()
    {
        var answer = new DnsBuilder().Question("www.example.test", DnsBuilder.A)
            .Answer("www.example.test", DnsBuilder.Cname, 60, "web.example.test").Answer("web.example.test", DnsBuilder.A, 60, "198.51.100.9").Bytes;
        var body = new NetPacketDnsBody { PayloadSize = (uint)answer.Length, SourcePort = 53, IpVersion = 4, Protocol = 17, Direction = PacketDirection.Ingress };
        _records.AddBytes(EventIds.NetPacketDns, MemoryMarshal.AsBytes([body]), [answer]);
        _records.AddBytes(EventIds.NetTcpConnect, [], [Internet(443, 198, 51, 100, 9)]);
        _records.AddBytes(EventIds.NetFlowTcpEnd, MemoryMarshal.AsBytes([(long)FlowDirection.Outgoing]), [Internet(4711, 192, 0, 2, 1), Internet(443, 198, 51, 100, 9)]);

        _harness.Give(0, _records, selected: new EventSet(EventIds.NetTcpConnect, EventIds.NetFlowTcpEnd));

        const string Names = """["web.example.test","www.example.test"]""";
        var seen = new List<string?>();
        foreach (var frame in _harness.Frames)
        {
            CutterHarness.Read(frame.Bytes, e => seen.AddRange(e.Definition.Arguments.Select(a => Value(e, a.Name))));
        }

        Assert.Equal(["\"198.51.100.9\"", "443", Names, "\"outgoing\"", "\"192.0.2.1\"", "\"198.51.100.9\"", "4711", "443", "[]", Names], seen);
    }

    public static TheoryData<int> Ids => [.. EventCatalog.All.Select(d => d.Id).Where(id => id is >= EventIds.MemProtAlert and <= EventIds.IoUringSubmitReq)];

    /// <summary>A record that lacks something is counted, whatever it lacks, and nothing of it is told.</summary>
    [Theory]
    [MemberData(nameof(Ids))]
    public void Record_WithoutItsBodyOrTail_IsRefused(int id)
    {
        _harness.Give(0, _records.AddRaw(id, [], []), selected: new EventSet(id));

        Assert.Equal([0L], _harness.BadRecords.Select(b => b.Offset));
        Assert.Empty(_harness.Events);
    }

    [Fact]
    public void Record_OneByteShort_IsRefused()
    {
        long[] numbers = [1, 2, 3, 4, 5, 6, 7, 8];
        var body = MemoryMarshal.AsBytes(numbers.AsSpan());
        _harness.Give(0, _records.AddBytes(EventIds.MemProtAlert, body[..^1], ["/a"u8.ToArray()]));

        Assert.Single(_harness.BadRecords);
        Assert.Empty(_harness.Events);
    }

    private static byte[] Internet(int port, params byte[] address) => [2, 0, (byte)(port >> 8), (byte)port, .. address, 0, 0, 0, 0, 0, 0, 0, 0];

    private Event Decode(int id, long[] numbers, params byte[][] parts)
    {
        _harness.Give(0, _records.AddBytes(id, MemoryMarshal.AsBytes(numbers.AsSpan()), parts));
        Assert.Empty(_harness.BadRecords);
        return _harness.Single();
    }

    private static string? Value(Event e, string name)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            EventJson.Write(json, e);
        }

        var value = JsonNode.Parse(Encoding.UTF8.GetString(buffer.WrittenSpan))!["args"]!.AsArray().Single(a => (string?)a!["name"] == name)!["value"];
        return value is null ? "null" : value.ToJsonString();
    }
}
