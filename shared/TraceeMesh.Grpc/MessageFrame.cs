using System.Buffers.Binary;
using Google.Protobuf;

namespace TraceeMesh.Grpc;

/// <summary>A message on the wire: one byte that says whether it is compressed, its length in four bytes, big-endian, the message.</summary>
internal static class MessageFrame
{
    /// <summary>Bytes before the message.</summary>
    public const int HeadBytes = 5;

    /// <summary>A message, framed, not compressed.</summary>
    public static byte[] Write(IMessage message)
    {
        var length = message.CalculateSize();
        var frame = new byte[HeadBytes + length];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)length);
        message.WriteTo(frame.AsSpan(HeadBytes));
        return frame;
    }

    /// <summary>Reads the head of a message. False where it is compressed, which nobody asked for.</summary>
    public static bool TryReadHead(ReadOnlySpan<byte> head, out uint length)
    {
        length = BinaryPrimitives.ReadUInt32BigEndian(head[1..]);
        return head[0] == 0;
    }
}
