using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.MessagePack;
using Xunit;

namespace TraceeMesh.Tests.Unit.MessagePack;

public sealed class ListCodecTests
{
    private static readonly ListReply Reply = new(
        [new(DataValue.Of("abc"), DataValue.MapOf(("name", DataValue.Of("cart")))), new(DataValue.Of(7), DataValue.MapOf())],
        "17",
        3);

    [Fact]
    public void Request_WrittenAndRead_IsTheSame()
    {
        using var writer = new MessagePackWriter();
        var request = new ListRequest { Filter = "cart", Time = 5, After = "17", Limit = 3 };
        ListCodec.WriteRequest(writer, request);

        Assert.Equal(FrameStatus.Ok, ListCodec.TryReadRequest(writer.WrittenSpan, out var read));
        Assert.Equal(request, read);
    }

    [Fact]
    public void Reply_WrittenAndRead_IsTheSame()
    {
        using var writer = new MessagePackWriter();
        ListCodec.WriteReply(writer, Reply);

        Assert.Equal(FrameStatus.Ok, ListCodec.TryReadReply(writer.WrittenSpan, out var read));
        Assert.Equal(Reply.Entries, read.Entries);
        Assert.Equal((Reply.Next, Reply.Evicted), (read.Next, read.Evicted));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Request_WithoutRoomForAnEntry_IsRefused(int limit)
    {
        using var writer = new MessagePackWriter();
        ListCodec.WriteRequest(writer, new ListRequest { Limit = limit });

        Assert.Equal(FrameStatus.BadHeader, ListCodec.TryReadRequest(writer.WrittenSpan, out _));
    }

    [Fact]
    public void Request_LongFilter_IsRefused()
    {
        using var writer = new MessagePackWriter();
        ListCodec.WriteRequest(writer, new ListRequest { Filter = new string('a', ListCodec.TextBytes + 1) });

        Assert.Equal(FrameStatus.BadHeader, ListCodec.TryReadRequest(writer.WrittenSpan, out _));
    }

    [Fact]
    public void AnyByteChangedOrCut_NeverThrows()
    {
        using var writer = new MessagePackWriter();
        ListCodec.WriteReply(writer, Reply);
        var bytes = writer.WrittenSpan.ToArray();
        for (var i = 0; i < bytes.Length; i++)
        {
            for (var value = 0; value < 256; value++)
            {
                var copy = bytes.ToArray();
                copy[i] = (byte)value;
                _ = ListCodec.TryReadReply(copy, out _);
                _ = ListCodec.TryReadRequest(copy, out _);
            }

            Assert.NotEqual(FrameStatus.Ok, ListCodec.TryReadReply(bytes.AsSpan(0, i), out _));
        }
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("ABC", true)]
    [InlineData("art", true)]
    [InlineData("dog", false)]
    [InlineData("name", false)]
    public void Matches_LooksAtKeyAndTexts(string filter, bool expected) => Assert.Equal(expected, Reply.Entries[0].Matches(filter));
}
