using System.Buffers;
using System.Buffers.Binary;
using Google.Protobuf;

namespace TraceeMesh.Grpc;

/// <summary>A message on the wire: one byte that says whether it is compressed, its length in four bytes, big-endian, the message.</summary>
public static class MessageFrame
{
    /// <summary>Bytes before the message.</summary>
    public const int HeadBytes = 5;

    /// <summary>The largest message unless an option says otherwise.</summary>
    public const int DefaultMaxBytes = 4 * 1024 * 1024;

    /// <summary>A message, framed, not compressed.</summary>
    public static byte[] Write(IMessage message)
    {
        var length = message.CalculateSize();
        var frame = new byte[HeadBytes + length];
        WriteHead(frame, compressed: false, length);
        message.WriteTo(frame.AsSpan(HeadBytes));
        return frame;
    }

    /// <summary>Writes a message, framed, not compressed.</summary>
    public static void Write(IBufferWriter<byte> output, IMessage message)
    {
        WriteHead(output.GetSpan(HeadBytes), compressed: false, message.CalculateSize());
        output.Advance(HeadBytes);
        message.WriteTo(output);
    }

    /// <summary>Writes the five bytes before a message.</summary>
    public static void WriteHead(Span<byte> head, bool compressed, int length)
    {
        head[0] = compressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(head[1..], (uint)length);
    }

    /// <summary>Reads the head of a message. False where it is compressed, which nobody asked for.</summary>
    internal static bool TryReadHead(ReadOnlySpan<byte> head, out uint length)
    {
        length = BinaryPrimitives.ReadUInt32BigEndian(head[1..]);
        return head[0] == 0;
    }

    /// <summary>Takes the next frame from the front of what was received. Total: whatever the bytes are, one of the four answers holds.</summary>
    /// <param name="buffer">What was received; on <see cref="MessageFrameStatus.Message"/> it begins behind the frame, else it is untouched.</param>
    /// <param name="maxBytes">The largest message taken.</param>
    /// <param name="compressed">Whether the message is compressed.</param>
    /// <param name="message">The message's bytes, in the buffer.</param>
    public static MessageFrameStatus TryRead(ref ReadOnlySequence<byte> buffer, int maxBytes, out bool compressed, out ReadOnlySequence<byte> message)
    {
        (compressed, message) = (false, default);
        if (buffer.Length < HeadBytes)
        {
            return MessageFrameStatus.Incomplete;
        }

        Span<byte> head = stackalloc byte[HeadBytes];
        if (buffer.FirstSpan.Length >= HeadBytes)
        {
            buffer.FirstSpan[..HeadBytes].CopyTo(head);
        }
        else
        {
            buffer.Slice(0, HeadBytes).CopyTo(head);
        }

        if (head[0] > 1)
        {
            return MessageFrameStatus.Malformed;
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(head[1..]);
        if (length > (uint)maxBytes)
        {
            return MessageFrameStatus.TooLarge;
        }

        if (buffer.Length - HeadBytes < length)
        {
            return MessageFrameStatus.Incomplete;
        }

        compressed = head[0] == 1;
        message = buffer.Slice(HeadBytes, length);
        buffer = buffer.Slice(message.End);
        return MessageFrameStatus.Message;
    }
}
