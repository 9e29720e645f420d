using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.MessagePack;
using Xunit;

namespace TraceeMesh.Tests.Unit.MessagePack;

/// <summary>Answers as rows: names once, values behind each other, read when somebody asks for them.</summary>
public sealed class LookupRowsTests
{
    private static readonly RowNames Names = new("container_id", "container_ctime", "labels", "größe");

    private static readonly LookupReply Reply = new(
        [
            new(LookupStatus.Found, Row.Of(Names, "abc", 5, DataValue.MapOf(("app", "cart")), DataValue.Of([1, 2.5])), 3, 9, true, "pending"),
            LookupResult.Failed(LookupStatus.Expired),
            new(LookupStatus.Found, DataValue.MapOf(("of", "its own")), 0, 1, false),
            new(LookupStatus.Found, Row.Of(Names, "", -1, DataValue.Nil, true), 0, long.MaxValue, false),
        ],
        2);

    [Fact]
    public void Reply_AsRows_ComesBackWhole()
    {
        Assert.Equal(FrameStatus.Ok, LookupCodec.TryReadReply(Written(asRows: true), out var read));

        Assert.Equal(2, read.HistoryFrom);
        Assert.Equal(Reply.Results, read.Results);
    }

    [Fact]
    public void Reply_ToWhoTakesNoRows_HasMaps()
    {
        Assert.Equal(FrameStatus.Ok, LookupCodec.TryReadReply(Written(asRows: false), out var read));

        Assert.Equal(Reply.Results, read.Results);
        Assert.All(read.Results, r => Assert.Null(r.Values.Encoded));
    }

    [Fact]
    public void Request_ThatTakesRows_SaysSo()
    {
        using var writer = new MessagePackWriter();
        LookupCodec.WriteRequest(writer, new LookupRequest { Keys = ["abc"], TakesRows = true });

        Assert.Equal(FrameStatus.Ok, LookupCodec.TryReadRequest(writer.WrittenMemory, out var read));
        Assert.True(read.TakesRows);
    }

    [Fact]
    public void Row_AskedByName_AnswersAsItsMapDoes()
    {
        var message = Written(asRows: true);
        Assert.Equal(FrameStatus.Ok, LookupCodec.TryReadReply(message, out var read));
        Array.Clear(message);

        // Once from the encoded form, then from what was read: nothing of the message is held.
        for (var i = 0; i < 2; i++)
        {
            var values = read.Results[0].Values;
            Assert.Equal("abc", values["container_id"].Text);
            Assert.Equal(2.5, values["größe"].List[1].Float);
            Assert.Equal("cart", values["labels"]["app"].Text);
            Assert.Equal(DataValue.Nil, values["absent"]);
        }
    }

    [Fact]
    public void Rows_BeforeTheirNames_AreRefused()
    {
        using var writer = new MessagePackWriter();
        writer.WriteMapHeader(1);
        writer.WriteText("rows");
        writer.WriteArrayHeader(1);
        writer.WriteArrayHeader(7);
        foreach (var number in (int[])[0, 0, 1])
        {
            writer.WriteInt(number);
        }

        writer.WriteBool(false);
        writer.WriteText("");
        writer.WriteInt(0);
        writer.WriteArrayHeader(0);

        Assert.Equal(FrameStatus.BadHeader, LookupCodec.TryReadReply(writer.WrittenSpan, out _));
    }

    [Fact]
    public void Rows_OfRandomBytes_NeverThrow()
    {
        var message = Written(asRows: true);
        var random = new Random(16);
        var read = 0;
        for (var round = 0; round < 30_000; round++)
        {
            var copy = (byte[])message.Clone();
            copy[random.Next(copy.Length)] = (byte)random.Next(256);
            if (LookupCodec.TryReadReply(copy, out var reply) == FrameStatus.Ok)
            {
                read += reply.Results.Sum(r => r.Values.Map.Length);
            }
        }

        Assert.True(read > 0);
    }

    private static byte[] Written(bool asRows)
    {
        using var writer = new MessagePackWriter();
        LookupCodec.WriteReply(writer, Reply, asRows);
        return writer.WrittenSpan.ToArray();
    }
}
