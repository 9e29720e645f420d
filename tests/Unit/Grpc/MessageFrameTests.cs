using System.Buffers;
using TraceeMesh.Grpc;
using Xunit;

namespace TraceeMesh.Tests.Unit.Grpc;

public sealed class MessageFrameTests
{
    private const int MaxBytes = 1000;

    [Fact]
    public void Frames_CutAnywhere_AreReadAsWritten()
    {
        var bytes = Frame([1, 2, 3]).Concat(Frame([])).Concat(Frame([.. Enumerable.Repeat((byte)7, MaxBytes)], compressed: true)).ToArray();
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var buffer = Segments.Of(bytes[..cut], bytes[cut..]);

            Assert.Equal([(3L, false), (0L, false), (MaxBytes, true)], ReadAll(ref buffer));
            Assert.True(buffer.IsEmpty);
        }
    }

    [Fact]
    public void Frame_CutShort_IsIncompleteAndTakesNothing()
    {
        var bytes = Frame([1, 2, 3]);
        for (var length = 0; length < bytes.Length; length++)
        {
            var buffer = new ReadOnlySequence<byte>(bytes, 0, length);

            Assert.Equal(MessageFrameStatus.Incomplete, MessageFrame.TryRead(ref buffer, MaxBytes, out _, out _));
            Assert.Equal(length, buffer.Length);
        }
    }

    [Theory]
    [InlineData(new byte[] { 2, 0, 0, 0, 0 }, MessageFrameStatus.Malformed)]
    [InlineData(new byte[] { 255, 0, 0, 0, 0 }, MessageFrameStatus.Malformed)]
    [InlineData(new byte[] { 0, 0, 0, 3, 233 }, MessageFrameStatus.TooLarge)]
    [InlineData(new byte[] { 1, 255, 255, 255, 255 }, MessageFrameStatus.TooLarge)]
    public void Head_ThatIsNone_IsNamed(byte[] bytes, MessageFrameStatus status)
    {
        var buffer = new ReadOnlySequence<byte>(bytes);

        Assert.Equal(status, MessageFrame.TryRead(ref buffer, MaxBytes, out _, out _));
    }

    /// <summary>Fuzz target: whatever comes, cut wherever, the reader ends, stays in bounds, and does not depend on the cuts.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Garbage_CutAnywhere_NeverThrowsAndReadsTheSame(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = new byte[random.Next(64)];
            random.NextBytes(bytes);
            for (var i = 0; i + 4 < bytes.Length && random.Next(8) > 0; i += MessageFrame.HeadBytes + bytes[i + 4])
            {
                // Mostly plausible heads, so that the reader gets beyond the first.
                bytes[i] &= 1;
                (bytes[i + 1], bytes[i + 2], bytes[i + 3], bytes[i + 4]) = (0, 0, (byte)(random.Next(40) == 0 ? 9 : 0), (byte)(bytes[i + 4] % 16));
            }

            var whole = new ReadOnlySequence<byte>(bytes);
            var cut = random.Next(bytes.Length + 1);
            var halves = Segments.Of(bytes[..cut], bytes[cut..]);

            var fromWhole = ReadAll(ref whole);
            Assert.Equal(fromWhole, ReadAll(ref halves));
            Assert.Equal(whole.Length, halves.Length);
            Assert.InRange(whole.Length, 0, bytes.Length);
        }
    }

    private static List<(long Length, bool Compressed)> ReadAll(ref ReadOnlySequence<byte> buffer)
    {
        var messages = new List<(long, bool)>();
        while (MessageFrame.TryRead(ref buffer, MaxBytes, out var compressed, out var message) == MessageFrameStatus.Message)
        {
            messages.Add((message.Length, compressed));
        }

        return messages;
    }

    private static byte[] Frame(byte[] message, bool compressed = false)
    {
        var frame = new byte[MessageFrame.HeadBytes + message.Length];
        MessageFrame.WriteHead(frame, compressed, message.Length);
        message.CopyTo(frame, MessageFrame.HeadBytes);
        return frame;
    }

    private sealed class Segments : ReadOnlySequenceSegment<byte>
    {
        public static ReadOnlySequence<byte> Of(byte[] first, byte[] second)
        {
            var head = new Segments { Memory = first };
            var tail = new Segments { Memory = second, RunningIndex = first.Length };
            head.Next = tail;
            return new ReadOnlySequence<byte>(head, 0, tail, second.Length);
        }
    }
}
