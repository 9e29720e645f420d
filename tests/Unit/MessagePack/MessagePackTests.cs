using System.Text;
using TraceeMesh.MessagePack;
using Xunit;

namespace TraceeMesh.Tests.Unit.MessagePack;

public sealed class MessagePackTests
{
    [Theory]
    [InlineData(0L, "00")]
    [InlineData(127L, "7f")]
    [InlineData(128L, "cc80")]
    [InlineData(255L, "ccff")]
    [InlineData(256L, "cd0100")]
    [InlineData(65536L, "ce00010000")]
    [InlineData(4294967296L, "cf0000000100000000")]
    [InlineData(-1L, "ff")]
    [InlineData(-32L, "e0")]
    [InlineData(-33L, "d0df")]
    [InlineData(-128L, "d080")]
    [InlineData(-129L, "d1ff7f")]
    [InlineData(-32769L, "d2ffff7fff")]
    [InlineData(-2147483649L, "d3ffffffff7fffffff")]
    public void Int_IsWrittenInItsShortestForm(long value, string hex)
    {
        using var writer = new MessagePackWriter();
        writer.WriteInt(value);

        Assert.Equal(hex, Convert.ToHexStringLower(writer.WrittenSpan));
        var reader = new MessagePackReader(writer.WrittenSpan);
        Assert.True(reader.TryReadInt(out var read));
        Assert.Equal(value, read);
        Assert.True(reader.AtEnd);
    }

    [Fact]
    public void UInt_AboveLong_IsRefusedAsInt_AndReadAsUInt()
    {
        using var writer = new MessagePackWriter();
        writer.WriteUInt(ulong.MaxValue);
        var reader = new MessagePackReader(writer.WrittenSpan);

        Assert.False(reader.TryReadInt(out _));
        Assert.Equal(0, reader.Position);
        Assert.True(reader.TryReadUInt(out var value));
        Assert.Equal(ulong.MaxValue, value);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(65535)]
    [InlineData(65536)]
    public void TextBytesArrayMapExtension_OfEveryHeadWidth_ComeBack(int length)
    {
        using var writer = new MessagePackWriter();
        writer.WriteText(new string('x', length));
        writer.WriteBytes(new byte[length]);
        writer.WriteExtension(5, new byte[length]);
        writer.WriteArrayHeader(length);
        for (var i = 0; i < length; i++)
        {
            writer.WriteNil();
        }

        writer.WriteMapHeader(length);
        for (var i = 0; i < 2 * length; i++)
        {
            writer.WriteBool(true);
        }

        var reader = new MessagePackReader(writer.WrittenSpan);
        Assert.True(reader.TryReadText(out var text));
        Assert.Equal(length, text.Length);
        Assert.True(reader.TryReadBytes(out var bytes));
        Assert.Equal(length, bytes.Length);
        Assert.True(reader.TryReadExtension(out var type, out var data));
        Assert.Equal((5, length), (type, data.Length));
        var atArray = reader;
        Assert.True(reader.TryReadArrayHeader(out var count));
        Assert.Equal(length, count);
        for (var i = 0; i < length; i++)
        {
            Assert.True(reader.TryReadNil());
        }

        Assert.True(reader.TryReadMapHeader(out var pairs));
        Assert.Equal(length, pairs);
        Assert.True(atArray.TrySkip());
        Assert.True(atArray.TrySkip());
        Assert.True(atArray.AtEnd);
    }

    [Theory]
    [InlineData(0L, 0U)]
    [InlineData(1763683200L, 0U)]
    [InlineData(1763683200L, 123456789U)]
    [InlineData(17179869184L, 999999999U)]
    [InlineData(-1L, 5U)]
    public void Timestamp_OfEveryForm_ComesBack(long seconds, uint nanoseconds)
    {
        using var writer = new MessagePackWriter();
        writer.WriteTimestamp(seconds, nanoseconds);
        var reader = new MessagePackReader(writer.WrittenSpan);

        Assert.True(reader.TryReadTimestamp(out var s, out var ns));
        Assert.Equal((seconds, nanoseconds), (s, ns));
    }

    [Fact]
    public void Text_ThatIsNotUtf8_IsEscaped()
    {
        using var writer = new MessagePackWriter();
        writer.WriteText([(byte)'a', 0xff, 0xc3, 0x28, .. Encoding.UTF8.GetBytes("é")]);
        var reader = new MessagePackReader(writer.WrittenSpan);

        Assert.True(reader.TryReadText(out var text));
        Assert.Equal("a\\xff\\xc3(é", Encoding.UTF8.GetString(text));
    }

    [Theory]
    [InlineData("dd ffffffff", "an array of four thousand million")]
    [InlineData("df 7fffffff", "a map of two thousand million")]
    [InlineData("db 00001000 61", "a text longer than the message")]
    [InlineData("c6 ffffffff", "bytes longer than the message")]
    [InlineData("c9 ffffffff 05", "an extension longer than the message")]
    [InlineData("c1", "the byte that is never used")]
    [InlineData("cf 00", "a cut integer")]
    [InlineData("", "nothing")]
    public void Skip_OfWhatIsNotThere_IsRefused(string hex, string what)
    {
        var reader = new MessagePackReader(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));

        Assert.False(reader.TrySkip(), what);
        Assert.Equal(0, reader.Position);
    }

    [Fact]
    public void Skip_OfAHundredThousandNestedArrays_NeedsNoStack()
    {
        var nested = new byte[100_001];
        Array.Fill(nested, (byte)0x91);
        nested[^1] = 0xc0;
        var reader = new MessagePackReader(nested);

        Assert.True(reader.TrySkip());
        Assert.True(reader.AtEnd);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Reader_OfRandomBytes_NeverReadsPastThem(int seed)
    {
        var random = new Random(seed);
        var bytes = new byte[64];
        for (var round = 0; round < 50_000; round++)
        {
            random.NextBytes(bytes);
            var reader = new MessagePackReader(bytes.AsSpan(0, random.Next(bytes.Length)));
            while (reader.TrySkip())
            {
                Assert.InRange(reader.Position, 1, bytes.Length);
            }
        }
    }

    [Fact]
    public void Writer_Reused_AllocatesNothing()
    {
        using var writer = new MessagePackWriter();
        Write(writer);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Write(writer);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Write(MessagePackWriter writer)
    {
        writer.Reset();
        writer.WriteMapHeader(2);
        writer.WriteText("name"u8);
        writer.WriteText("a text of the host"u8);
        writer.WriteInt(-77);
        writer.WriteFloat(1.5);
    }
}
