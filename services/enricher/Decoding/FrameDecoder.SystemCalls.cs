using System.Buffers.Binary;
using System.Runtime.InteropServices;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Enricher.Decoding;

/// <content>System calls by their names, as the table of calls describes them.</content>
public sealed partial class FrameDecoder
{
    private const double NanosecondsPerSecond = 1e9;

    private readonly SocketAddressWriter _socketAddress = new();

    private RecordStatus SystemCall(ref RecordReader reader)
    {
        ref readonly var head = ref reader.Head;
        var kinds = SystemCallTable.KindsOf(head.Event);
        Span<Range> parts = stackalloc Range[SystemCallTable.Registers];
        var status = TryRead(ref reader, out SystemCallBody body, out var hostName);
        for (var i = 0; i < kinds.Length && status == RecordStatus.Ok; i++)
        {
            if (kinds[i] != SystemCallArgumentKind.Plain)
            {
                status = reader.TryReadPart(out var part);
                parts[i] = part.IsEmpty ? default : RangeOf(part);
            }
        }

        if (status != RecordStatus.Ok)
        {
            return status;
        }

        var writer = BeginEvent(reader, hostName);
        var unread = (int)head.Truncated >> ((head.Flags & RecordFlags.UtsPrivate) != 0 ? 1 : 0);
        var types = EventCatalog.Find(head.Event)!.Types;
        var told = 0;
        for (var i = 0; i < kinds.Length; i++)
        {
            if (kinds[i] == SystemCallArgumentKind.Plain)
            {
                WriteRegister(writer, types[i], body.Argument[i], IsForgotten(head));
                continue;
            }

            var part = _records.Span[parts[i]];
            var isUnread = part.IsEmpty && (unread & (1 << told)) != 0;
            told++;
            WritePart(writer, kinds[i], part, isUnread);
        }

        return status;
    }

    // An exec that succeeded has left its registers behind; only its texts are known.
    private static bool IsForgotten(in RecordHead head) => head.Event == EventIds.Execveat && head.ReturnValue == 0;

    private static void WriteRegister(EventWriter writer, ArgumentType type, ulong value, bool forgotten)
    {
        if (forgotten)
        {
            writer.Absent();
            return;
        }

        switch (type)
        {
            case ArgumentType.Int:
                writer.Number((int)value);
                break;
            case ArgumentType.UInt:
                writer.Number((uint)value);
                break;
            case ArgumentType.UShort:
                writer.Number((ushort)value);
                break;
            case ArgumentType.Long:
                writer.Number((long)value);
                break;
            default:
                writer.Unsigned(value);
                break;
        }
    }

    private void WritePart(EventWriter writer, SystemCallArgumentKind kind, ReadOnlySpan<byte> part, bool unread)
    {
        if (unread)
        {
            writer.Absent();
            return;
        }

        switch (kind)
        {
            case SystemCallArgumentKind.Texts:
                writer.TextList(part);
                break;
            case SystemCallArgumentKind.Pair when part.Length == 2 * sizeof(int):
                writer.IntPair(BinaryPrimitives.ReadInt32LittleEndian(part), BinaryPrimitives.ReadInt32LittleEndian(part[sizeof(int)..]));
                break;
            case SystemCallArgumentKind.Time when part.Length == 2 * sizeof(long):
                writer.Float(BinaryPrimitives.ReadInt64LittleEndian(part) + (BinaryPrimitives.ReadInt64LittleEndian(part[sizeof(long)..]) / NanosecondsPerSecond));
                break;
            case SystemCallArgumentKind.Time when part.Length == 2 * sizeof(int):
                writer.Float(BinaryPrimitives.ReadInt32LittleEndian(part) + (BinaryPrimitives.ReadInt32LittleEndian(part[sizeof(int)..]) / NanosecondsPerSecond));
                break;
            case SystemCallArgumentKind.Address or SystemCallArgumentKind.Peer when part.Length >= SocketAddressWriter.FamilyBytes:
                writer.Structure(_socketAddress.Write(part));
                break;
            case SystemCallArgumentKind.Text or SystemCallArgumentKind.Counted or SystemCallArgumentKind.Result:
                writer.Text(part.TrimEnd((byte)0));
                break;
            default:
                writer.Absent();
                break;
        }
    }

    private Range RangeOf(ReadOnlySpan<byte> part)
    {
        var start = OffsetOf(ref MemoryMarshal.GetReference(part));
        return start..(start + part.Length);
    }
}
