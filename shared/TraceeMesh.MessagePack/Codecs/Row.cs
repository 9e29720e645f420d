using System.Collections.Immutable;
using TraceeMesh.Contracts;

namespace TraceeMesh.MessagePack;

/// <summary>A map whose values are encoded, and whose names it has in common with others.</summary>
public sealed class Row : EncodedMap
{
    private readonly byte[] _values;

    internal Row(RowNames names, byte[] values)
    {
        Names = names;
        _values = values;
    }

    /// <summary>Names of its values, in their order.</summary>
    internal RowNames Names { get; }

    /// <summary>The values behind each other, each of them readable.</summary>
    internal ReadOnlySpan<byte> Values => _values;

    /// <summary>A map of these names and values.</summary>
    /// <param name="names">The names.</param>
    /// <param name="values">A value for each of them.</param>
    public static DataValue Of(RowNames names, params ReadOnlySpan<DataValue> values)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, names.Count);
        using var writer = new MessagePackWriter();
        foreach (var value in values)
        {
            DataValueCodec.Write(writer, value);
        }

        return DataValue.Of(new Row(names, writer.WrittenSpan.ToArray()));
    }

    /// <summary>Writes it as the map that it is.</summary>
    internal void WriteMap(MessagePackWriter writer)
    {
        writer.WriteMapHeader(Names.Count);
        var reader = new MessagePackReader(_values);
        for (var i = 0; i < Names.Count; i++)
        {
            var start = reader.Position;
            reader.TrySkip();
            writer.WriteName(Names.Encoded(i));
            writer.WriteRaw(Values[start..reader.Position]);
        }
    }

    /// <inheritdoc/>
    protected override ImmutableArray<KeyValuePair<string, DataValue>> Read()
    {
        var entries = ImmutableArray.CreateBuilder<KeyValuePair<string, DataValue>>(Names.Count);
        var reader = new MessagePackReader(_values);
        for (var i = 0; i < Names.Count; i++)
        {
            DataValueCodec.TryRead(ref reader, out var value);
            entries.Add(new(Names[i], value));
        }

        return entries.MoveToImmutable();
    }

    /// <inheritdoc/>
    protected override DataValue Read(string name)
    {
        var reader = new MessagePackReader(_values);
        for (var i = 0; i < Names.Count; i++)
        {
            if (Names[i] == name)
            {
                DataValueCodec.TryRead(ref reader, out var value);
                return value;
            }

            reader.TrySkip();
        }

        return DataValue.Nil;
    }
}
