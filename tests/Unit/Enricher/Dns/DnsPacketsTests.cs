using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Dns;
using TraceeMesh.TestKit.Dns;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher.Dns;

public sealed class DnsPacketsTests
{
    private static readonly byte[] Message = DnsBuilder.Response("a.test", 1, ("a.test", 1, 60, "192.0.2.1"));
    private static readonly byte[] Other = DnsBuilder.Response("b.test", 1, ("b.test", 1, 60, "192.0.2.2"));

    private readonly DnsCache _cache = new();
    private readonly DnsPackets _packets;
    private uint _sequence = uint.MaxValue - 20;

    public DnsPacketsTests() => _packets = new DnsPackets(_cache);

    [Fact]
    public void Udp_Answer_FeedsTheCache()
    {
        Assert.Equal(DnsStatus.Ok, Udp(Message));

        Assert.Equal((1L, 0L, 2), (_packets.Messages, _packets.Unreadable, _cache.Count));
    }

    [Fact]
    public void Udp_AnswerThatIsNotFromAServer_DoesNotFeedTheCache()
    {
        Assert.Equal(DnsStatus.Ok, Udp(Message, sourcePort: 40000));

        Assert.Equal(0, _cache.Count);
    }

    [Fact]
    public void Udp_NoMessage_IsCountedAndNamed()
    {
        var seen = new List<DnsStatus>();
        _packets.OnUnreadable = (_, status, _) => seen.Add(status);

        Assert.Equal(DnsStatus.Truncated, Udp([1, 2, 3]));

        Assert.Equal((0L, 1L), (_packets.Messages, _packets.Unreadable));
        Assert.Equal([DnsStatus.Truncated], seen);
    }

    [Fact]
    public void Udp_CutByTheKernel_GivesWhatIsThere()
    {
        var body = new NetPacketDnsBody { Protocol = 17, SourcePort = 53, PayloadSize = 9000 };

        Assert.Equal(DnsStatus.Ok, _packets.Take(body, Other.AsSpan(0, Other.Length - 1), default, 1, out var message));
        Assert.Equal((1, 0), (message.AnswerCount, message.Answers.Count));
    }

    [Fact]
    public void Tcp_WholeMessageInASegment_IsRead()
    {
        Assert.Equal(DnsStatus.Ok, Tcp(Framed(Message)));

        Assert.Equal(2, _cache.Count);
    }

    // Every way to cut two messages into three segments.
    [Fact]
    public void Tcp_CutAnywhere_GivesEveryMessageOnce()
    {
        byte[] stream = [.. Framed(Message), .. Framed(Other)];
        for (var first = 1; first < stream.Length - 1; first++)
        {
            for (var second = first + 1; second < stream.Length; second++)
            {
                var before = _packets.Messages;
                Tcp(stream[..first]);
                Tcp(stream[first..second]);
                Tcp(stream[second..]);
                Assert.Equal(2, _packets.Messages - before);
            }
        }

        Assert.Equal((4, 0L), (_cache.Count, _packets.Unreadable));
    }

    [Fact]
    public void Tcp_FirstMessageOfASegment_StaysReadableWhileTheNextIsBegun()
    {
        byte[] stream = [.. Framed(Message), .. Framed(Other)];
        Tcp(stream[..10]);
        var body = Segment(stream[10..^3]);

        Assert.Equal(DnsStatus.Ok, _packets.Take(body, stream.AsSpan(10..^3), default, 1, out var message));

        Assert.Equal(Message, message.Bytes.ToArray());
    }

    [Fact]
    public void Tcp_MissingSegment_IsCountedAndTheNextMessageRead()
    {
        Assert.Equal(DnsStatus.Incomplete, Tcp(Framed(Message)[..10]));
        _sequence += 100;

        Assert.Equal(DnsStatus.Ok, Tcp(Framed(Other)));

        Assert.Equal((1L, 1L), (_packets.Messages, _packets.Unreadable));
    }

    [Fact]
    public void Tcp_MessageLongerThanIsLookedAt_GivesItsBeginningAndTheOneBehindIt()
    {
        var builder = new DnsBuilder().Question("long.test", 16);
        for (var i = 0; i < 100; i++)
        {
            builder.Answer("long.test", 1, 60, $"192.0.2.{i}").Answer([0xc0, 12], 16, 60, [100, .. new byte[100]]);
        }

        byte[] stream = [.. Framed(builder.Bytes), .. Framed(Other)];
        Assert.True(builder.Length > 2 * DnsLimits.MessageBytes);
        for (var at = 0; at < stream.Length; at += 1448)
        {
            Tcp(stream[at..Math.Min(at + 1448, stream.Length)]);
        }

        Assert.Equal((2L, 0L), (_packets.Messages, _packets.Unreadable));
        Assert.InRange(_cache.Count, 20, 100);
    }

    [Fact]
    public void Tcp_RandomSegments_NeverThrowAndAreAllCounted()
    {
        var random = new Random(11);
        for (var i = 0; i < 20_000; i++)
        {
            var segment = random.Next(3) == 0 ? Framed(Message) : new byte[random.Next(1, 300)];
            if (random.Next(2) == 0)
            {
                random.NextBytes(segment);
            }

            var body = Segment(segment);
            body.Socket = (ulong)random.Next(600);
            body.PayloadSize += (uint)random.Next(2) * 100;
            _ = _packets.Take(body, segment, default, i + 1, out _);
        }

        Assert.True(_packets.Unreadable > 1000);
        Assert.True(_packets.Messages > 1000);
    }

    private static byte[] Framed(byte[] message) => [(byte)(message.Length >> 8), (byte)message.Length, .. message];

    private DnsStatus Udp(byte[] payload, ushort sourcePort = 53) =>
        _packets.Take(new NetPacketDnsBody { Protocol = 17, SourcePort = sourcePort, PayloadSize = (uint)payload.Length }, payload, default, 1, out _);

    private DnsStatus Tcp(byte[] segment) => _packets.Take(Segment(segment), segment, new StorePosition(0, 1), 1, out _);

    private NetPacketDnsBody Segment(byte[] segment)
    {
        var body = new NetPacketDnsBody { Protocol = 6, SourcePort = 53, Socket = 7, Direction = PacketDirection.Ingress, Sequence = _sequence, PayloadSize = (uint)segment.Length };
        _sequence += (uint)segment.Length;
        return body;
    }
}
