using System.Buffers;
using TraceeMesh.Contracts;
using TraceeMesh.MessagePack;

namespace TraceeMesh.DataSourceApi.Sources;

/// <summary>What is the matter with a pair.</summary>
public enum PairFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The key has another type, is too long, or is not one of those the source takes.</summary>
    Key,

    /// <summary>The value has another type, or is too long.</summary>
    Value,
}

/// <summary>
/// Turns keys and values into what is stored: MessagePack in its shortest form, of the declared types; a value as the map that a lookup answers.
/// </summary>
/// <param name="source">The source whose types hold.</param>
public sealed class TypedPair(SourceDefinition source) : IPairTypes
{
    /// <summary>Bytes of a key at most.</summary>
    public const int MaxKeyBytes = 4096;

    /// <summary>Bytes of a value at most: with its key it fits into one record of the log.</summary>
    public const int MaxValueBytes = 128 * 1024;

    /// <summary>An integer that came as a double may have been rounded from here on.</summary>
    private const double FirstInexact = 1L << 53;

    private readonly HashSet<DataValue>? _keys = source.Keys.Count == 0 ? null : [.. source.Keys];

    /// <inheritdoc/>
    public bool TryWriteKey(MessagePackWriter writer, DataValue key)
    {
        if (!TryConvert(key, source.Key, out var typed) || (_keys is not null && !_keys.Contains(typed)))
        {
            return false;
        }

        var start = writer.Length;
        DataValueCodec.Write(writer, typed);
        if (writer.Length - start > MaxKeyBytes)
        {
            writer.Truncate(start);
            return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public bool TryWriteValue(MessagePackWriter writer, DataValue key, DataValue value)
    {
        var start = writer.Length;
        if ((source.IsScalar ? TryWriteScalar(writer, value) : TryWriteMap(writer, value)) && writer.Length - start <= MaxValueBytes)
        {
            return true;
        }

        writer.Truncate(start);
        return false;
    }

    /// <inheritdoc/>
    public DataValue ToWritten(DataValue stored) => source.IsScalar ? stored[source.Fields[0].Name] : stored;

    private bool TryWriteScalar(MessagePackWriter writer, DataValue value)
    {
        var field = source.Fields[0];
        if (!TryConvert(value, field.Type, out var typed))
        {
            return false;
        }

        writer.WriteMapHeader(1);
        writer.WriteText(field.Name);
        DataValueCodec.Write(writer, typed);
        return true;
    }

    // Fields may be absent; none may be there that the schema does not name.
    private bool TryWriteMap(MessagePackWriter writer, DataValue value)
    {
        if (value.Kind != DataKind.Map)
        {
            return false;
        }

        writer.WriteMapHeader(value.Map.Length);
        var known = 0;
        foreach (var field in source.Fields)
        {
            foreach (var (name, entry) in value.Map)
            {
                if (name == field.Name)
                {
                    if (!TryConvert(entry, field.Type, out var typed))
                    {
                        return false;
                    }

                    known++;
                    writer.WriteText(name);
                    DataValueCodec.Write(writer, typed);
                }
            }
        }

        return known == value.Map.Length && value.Map.DistinctBy(e => e.Key).Count() == known;
    }

    private static bool TryConvert(DataValue value, FieldType type, out DataValue typed)
    {
        typed = value;
        switch (type)
        {
            case FieldType.Text:
                return value.Kind == DataKind.Text;
            case FieldType.Bool:
                return value.Kind == DataKind.Bool;
            case FieldType.Integer when value.Kind == DataKind.Float:
                typed = Math.Abs(value.Float) < FirstInexact ? DataValue.Of((long)value.Float) : value;
                return Math.Abs(value.Float) < FirstInexact && Math.Truncate(value.Float) == value.Float;
            case FieldType.Integer:
                return value.Kind == DataKind.Integer;
            case FieldType.Float when value.Kind == DataKind.Integer:
                typed = DataValue.Of((double)value.Integer);
                return Math.Abs((double)value.Integer) <= FirstInexact;
            case FieldType.Float:
                return value.Kind == DataKind.Float && double.IsFinite(value.Float);
            default:
                return IsJson(value, Limits.Depth - 1);
        }
    }

    private static bool IsJson(DataValue value, int depth) => depth > 0 && value.Kind switch
    {
        DataKind.Bytes => false,
        DataKind.Float => double.IsFinite(value.Float),
        DataKind.List => value.List.All(item => IsJson(item, depth - 1)),
        DataKind.Map => value.Map.All(entry => IsJson(entry.Value, depth - 1)),
        _ => true,
    };
}
