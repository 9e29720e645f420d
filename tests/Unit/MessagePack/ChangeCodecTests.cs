using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.MessagePack;
using Xunit;

namespace TraceeMesh.Tests.Unit.MessagePack;

public sealed class ChangeCodecTests
{
    private static readonly ChangeNotice Notice = new()
    {
        Incarnation = ulong.MaxValue,
        Number = 3,
        LoadId = uint.MaxValue,
        From = 10,
        To = 20,
        All = true,
        Keys = ["abc", LookupKey.Process(5), 7L],
    };

    [Fact]
    public void Notice_WrittenAndRead_IsTheSame()
    {
        Assert.Equal(FrameStatus.Ok, ChangeCodec.TryRead(Bytes(Notice), out var read));

        Assert.Equal(Notice.Keys, read.Keys);
        Assert.Equal(Notice with { Keys = [] }, read with { Keys = [] });
    }

    [Fact]
    public void Notice_OfMoreKeysThanAllowed_IsRefused()
    {
        var keys = Enumerable.Range(0, ChangeCodec.MaxKeys + 1).Select(i => (LookupKey)(long)i).ToArray();

        Assert.Equal(FrameStatus.BadHeader, ChangeCodec.TryRead(Bytes(Notice with { Keys = keys }), out _));
    }

    [Fact]
    public void Notice_ThatEndsBeforeItBegins_IsRefused() => Assert.Equal(FrameStatus.BadHeader, ChangeCodec.TryRead(Bytes(Notice with { To = 9 }), out _));

    [Fact]
    public void AnyByteChangedOrCut_NeverThrows()
    {
        var bytes = Bytes(Notice);
        for (var i = 0; i < bytes.Length; i++)
        {
            for (var value = 0; value < 256; value++)
            {
                var copy = bytes.ToArray();
                copy[i] = (byte)value;
                _ = ChangeCodec.TryRead(copy, out _);
            }

            Assert.NotEqual(FrameStatus.Ok, ChangeCodec.TryRead(bytes.AsSpan(0, i), out _));
        }
    }

    private static byte[] Bytes(ChangeNotice notice)
    {
        using var writer = new MessagePackWriter();
        ChangeCodec.Write(writer, notice);
        return writer.WrittenSpan.ToArray();
    }
}
