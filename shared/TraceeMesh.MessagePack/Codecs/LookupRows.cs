using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;

namespace TraceeMesh.MessagePack;

/// <summary>
/// Answers as rows: <c>"names":[[...],...],"rows":[[status, from, to, open, enrichment, names, values],...]</c>. Values are an array in
/// the order of the names at that place; where that is -1 they are a map, or nil. Values are read when they are asked for.
/// </summary>
internal static class LookupRows
{
    // Answers of one source have the same names, or few of them; the others are maps.
    private const int MaxNames = 16;

    private const int Fields = 7;

    public static void Write(MessagePackWriter writer, IReadOnlyList<LookupResult> results)
    {
        var names = Names(results);
        writer.WriteName("names"u8);
        writer.WriteArrayHeader(names.Count);
        foreach (var each in names)
        {
            writer.WriteArrayHeader(each.Count);
            for (var i = 0; i < each.Count; i++)
            {
                writer.WriteName(each.Encoded(i));
            }
        }

        writer.WriteName("rows"u8);
        writer.WriteArrayHeader(results.Count);
        for (var i = 0; i < results.Count; i++)
        {
            Write(writer, results[i], names);
        }
    }

    /// <summary>Reads the names; they come before the rows.</summary>
    public static bool TryReadNames(ref MessagePackReader reader, out RowNames[] names)
    {
        names = [];
        if (!reader.TryReadArrayHeader(out var count) || count > MaxNames)
        {
            return false;
        }

        names = new RowNames[count];
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadArrayHeader(out var fields))
            {
                return false;
            }

            var texts = new string[fields];
            for (var n = 0; n < fields; n++)
            {
                if (!reader.TryReadText(out var name))
                {
                    return false;
                }

                texts[n] = FieldNames.Of(name);
            }

            names[i] = new RowNames(texts);
        }

        return true;
    }

    /// <summary>Reads the rows.</summary>
    /// <param name="reader">Where they are.</param>
    /// <param name="message">What the reader reads.</param>
    /// <param name="names">The names.</param>
    /// <param name="results">The answers; they hold nothing of the message.</param>
    public static bool TryRead(ref MessagePackReader reader, ReadOnlySpan<byte> message, ReadOnlySpan<RowNames> names, out LookupResult[] results)
    {
        results = [];
        if (!reader.TryReadArrayHeader(out var count) || count > Limits.LookupKeys)
        {
            return false;
        }

        var read = new LookupResult[count];
        for (var i = 0; i < count; i++)
        {
            if (!TryRead(ref reader, message, names, out read[i]))
            {
                return false;
            }
        }

        results = read;
        return true;
    }

    private static List<RowNames> Names(IReadOnlyList<LookupResult> results)
    {
        var names = new List<RowNames>(1);
        for (var i = 0; i < results.Count; i++)
        {
            if (results[i].Values.Encoded is Row row && !names.Contains(row.Names) && names.Count < MaxNames)
            {
                names.Add(row.Names);
            }
        }

        return names;
    }

    private static void Write(MessagePackWriter writer, LookupResult result, List<RowNames> names)
    {
        writer.WriteArrayHeader(Fields);
        writer.WriteInt((int)result.Status);
        writer.WriteInt(result.From);
        writer.WriteInt(result.To);
        writer.WriteBool(result.Open);
        writer.WriteText(result.Enrichment);
        if (result.Values.Encoded is Row row && names.IndexOf(row.Names) is var place and >= 0)
        {
            writer.WriteInt(place);
            writer.WriteArrayHeader(row.Names.Count);
            writer.WriteRaw(row.Values);
        }
        else
        {
            writer.WriteInt(-1);
            DataValueCodec.Write(writer, result.Values);
        }
    }

    private static bool TryRead(ref MessagePackReader reader, ReadOnlySpan<byte> message, ReadOnlySpan<RowNames> names, out LookupResult result)
    {
        result = null!;
        if (!reader.TryReadArrayHeader(out var fields) || fields < Fields
            || !reader.TryReadInt32(out var number)
            || !reader.TryReadInt(out var from)
            || !reader.TryReadInt(out var to)
            || !reader.TryReadBool(out var open)
            || !reader.TryReadText(out var enrichment) || enrichment.Length > Limits.NameBytes
            || !reader.TryReadInt32(out var place)
            || !TryReadValues(ref reader, message, names, place, out var values)
            || !reader.TrySkip(fields - Fields))
        {
            return false;
        }

        var status = (LookupStatus)number;
        result = new LookupResult(Enum.IsDefined(status) ? status : LookupStatus.Unavailable, values, from, to, open, enrichment.IsEmpty ? "" : FieldNames.Of(enrichment));
        return status != LookupStatus.Found || values.Kind == DataKind.Map;
    }

    private static bool TryReadValues(ref MessagePackReader reader, ReadOnlySpan<byte> message, ReadOnlySpan<RowNames> names, int place, out DataValue values)
    {
        values = DataValue.Nil;
        if (place < 0)
        {
            return DataValueCodec.TryRead(ref reader, out values);
        }

        if (place >= names.Length || !reader.TryReadArrayHeader(out var count) || count != names[place].Count)
        {
            return false;
        }

        var start = reader.Position;
        for (; count > 0; count--)
        {
            if (!DataValueCodec.TryPass(ref reader))
            {
                return false;
            }
        }

        values = DataValue.Of(new Row(names[place], message[start..reader.Position].ToArray()));
        return true;
    }
}
