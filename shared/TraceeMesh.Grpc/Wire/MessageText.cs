using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace TraceeMesh.Grpc;

/// <summary>
/// Whether the string fields of an encoded message are UTF-8, as its format demands. Google.Protobuf does not ask: it puts U+FFFD
/// in the place of what is not, and two different names could become one.
/// </summary>
internal static class MessageText
{
    private const int MaxDepth = 100;

    public static bool IsValid(MessageDescriptor type, ReadOnlySequence<byte> message)
    {
        if (message.IsSingleSegment)
        {
            return IsValid(type, message.FirstSpan);
        }

        var length = (int)message.Length;
        var copy = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            message.CopyTo(copy);
            return IsValid(type, copy.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }

    // Most messages hold only ASCII, and need no look at their fields.
    private static bool IsValid(MessageDescriptor type, ReadOnlySpan<byte> message) => Ascii.IsValid(message) || FieldsAreValid(type, message, MaxDepth);

    // A message that cannot be walked is valid here: the parser will refuse it, with a better reason.
    private static bool FieldsAreValid(MessageDescriptor type, ReadOnlySpan<byte> message, int depth)
    {
        if (depth == 0)
        {
            return true;
        }

        while (!message.IsEmpty)
        {
            if (!TryReadVarint(ref message, out var tag))
            {
                return true;
            }

            switch ((WireFormat.WireType)(tag & 7))
            {
                case WireFormat.WireType.Varint when TryReadVarint(ref message, out _):
                    break;
                case WireFormat.WireType.Fixed64 when message.Length >= 8:
                    message = message[8..];
                    break;
                case WireFormat.WireType.Fixed32 when message.Length >= 4:
                    message = message[4..];
                    break;
                case WireFormat.WireType.LengthDelimited when TryReadVarint(ref message, out var length) && length <= (ulong)message.Length:
                    if (!FieldIsValid(type.FindFieldByNumber((int)(tag >> 3)), message[..(int)length], depth))
                    {
                        return false;
                    }

                    message = message[(int)length..];
                    break;
                default:
                    return true;
            }
        }

        return true;
    }

    private static bool FieldIsValid(FieldDescriptor? field, ReadOnlySpan<byte> value, int depth) => field?.FieldType switch
    {
        FieldType.String => Utf8.IsValid(value),
        FieldType.Message => FieldsAreValid(field.MessageType, value, depth - 1),
        _ => true,
    };

    private static bool TryReadVarint(ref ReadOnlySpan<byte> message, out ulong value)
    {
        value = 0;
        for (var i = 0; i < Math.Min(10, message.Length); i++)
        {
            value |= (ulong)(message[i] & 0x7f) << (7 * i);
            if (message[i] < 0x80)
            {
                message = message[(i + 1)..];
                return true;
            }
        }

        return false;
    }
}
