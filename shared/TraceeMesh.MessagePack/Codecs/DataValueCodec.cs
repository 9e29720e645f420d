using System.Collections.Immutable;
using System.Text;
using TraceeMesh.Contracts;

namespace TraceeMesh.MessagePack;

/// <summary>Values as plain MessagePack; maps have text keys.</summary>
public static class DataValueCodec
{
    /// <summary>Writes a value.</summary>
    public static void Write(MessagePackWriter writer, DataValue value)
    {
        switch (value.Kind)
        {
            case DataKind.Bool:
                writer.WriteBool(value.Bool);
                break;
            case DataKind.Integer:
                writer.WriteInt(value.Integer);
                break;
            case DataKind.Unsigned:
                writer.WriteUInt(value.Unsigned);
                break;
            case DataKind.Float:
                writer.WriteFloat(value.Float);
                break;
            case DataKind.Text:
                writer.WriteText(value.Text);
                break;
            case DataKind.Bytes:
                writer.WriteBytes(value.Bytes.Span);
                break;
            case DataKind.List:
                writer.WriteArrayHeader(value.List.Length);
                foreach (var item in value.List)
                {
                    Write(writer, item);
                }

                break;
            case DataKind.Map when value.Encoded is Row row:
                row.WriteMap(writer);
                break;
            case DataKind.Map:
                writer.WriteMapHeader(value.Map.Length);
                foreach (var (key, item) in value.Map)
                {
                    writer.WriteText(key);
                    Write(writer, item);
                }

                break;
            default:
                writer.WriteNil();
                break;
        }
    }

    /// <summary>Reads a value; refuses extensions, maps with other keys than texts, and more than <see cref="Limits.Depth"/> levels.</summary>
    public static bool TryRead(ref MessagePackReader reader, out DataValue value) => TryRead(ref reader, Limits.Depth, out value);

    /// <summary>Passes over a value if <see cref="TryRead(ref MessagePackReader, out DataValue)"/> could read it.</summary>
    public static bool TryPass(ref MessagePackReader reader) => TryPass(ref reader, Limits.Depth);

    private static bool TryPass(ref MessagePackReader reader, int depth)
    {
        if (depth == 0)
        {
            return false;
        }

        switch (reader.NextType)
        {
            case MessagePackType.Map when reader.TryReadMapHeader(out var pairs):
                for (; pairs > 0; pairs--)
                {
                    if (!reader.TryReadText(out _) || !TryPass(ref reader, depth - 1))
                    {
                        return false;
                    }
                }

                return true;
            case MessagePackType.Array when reader.TryReadArrayHeader(out var count):
                for (; count > 0; count--)
                {
                    if (!TryPass(ref reader, depth - 1))
                    {
                        return false;
                    }
                }

                return true;
            case MessagePackType.None or MessagePackType.Extension:
                return false;
            case MessagePackType.Text:
                return reader.TryReadText(out _);
            default:
                return reader.TrySkip();
        }
    }

    private static bool TryRead(ref MessagePackReader reader, int depth, out DataValue value)
    {
        value = DataValue.Nil;
        if (depth == 0)
        {
            return false;
        }

        switch (reader.NextType)
        {
            case MessagePackType.Nil:
                return reader.TryReadNil();
            case MessagePackType.Bool when reader.TryReadBool(out var flag):
                value = DataValue.Of(flag);
                return true;
            case MessagePackType.Integer when reader.TryReadInteger(out var number, out var aboveLong):
                value = aboveLong ? DataValue.Of((ulong)number) : DataValue.Of(number);
                return true;
            case MessagePackType.Float when reader.TryReadFloat(out var real):
                value = DataValue.Of(real);
                return true;
            case MessagePackType.Text when reader.TryReadText(out var text):
                value = DataValue.Of(Encoding.UTF8.GetString(text));
                return true;
            case MessagePackType.Bytes when reader.TryReadBytes(out var bytes):
                value = DataValue.Of(bytes.ToArray());
                return true;
            case MessagePackType.Array when reader.TryReadArrayHeader(out var count):
                return TryReadList(ref reader, depth, count, out value);
            case MessagePackType.Map when reader.TryReadMapHeader(out var pairs):
                return TryReadMap(ref reader, depth, pairs, out value);
            default:
                return false;
        }
    }

    private static bool TryReadList(ref MessagePackReader reader, int depth, int count, out DataValue value)
    {
        value = DataValue.Nil;
        var items = ImmutableArray.CreateBuilder<DataValue>(count);
        for (var i = 0; i < count; i++)
        {
            if (!TryRead(ref reader, depth - 1, out var item))
            {
                return false;
            }

            items.Add(item);
        }

        value = DataValue.Of(items.MoveToImmutable());
        return true;
    }

    private static bool TryReadMap(ref MessagePackReader reader, int depth, int count, out DataValue value)
    {
        value = DataValue.Nil;
        var entries = ImmutableArray.CreateBuilder<KeyValuePair<string, DataValue>>(count);
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadText(out var key) || !TryRead(ref reader, depth - 1, out var item))
            {
                return false;
            }

            entries.Add(new(FieldNames.Of(key), item));
        }

        value = DataValue.Of(entries.MoveToImmutable());
        return true;
    }
}
