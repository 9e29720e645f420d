using System.Collections.Immutable;
using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Contracts;

/// <summary>What a <see cref="DataValue"/> holds.</summary>
public enum DataKind
{
    /// <summary>Nothing.</summary>
    Nil,

    /// <summary>True or false.</summary>
    Bool,

    /// <summary>A signed integer of 64 bits.</summary>
    Integer,

    /// <summary>An unsigned integer above <see cref="long.MaxValue"/>.</summary>
    Unsigned,

    /// <summary>A double.</summary>
    Float,

    /// <summary>A text.</summary>
    Text,

    /// <summary>Bytes.</summary>
    Bytes,

    /// <summary>A list of values.</summary>
    List,

    /// <summary>Names and values, in order.</summary>
    Map,
}

/// <summary>A value of a lookup, a key, or a finding's data: what MessagePack and JSON both can carry.</summary>
public sealed class DataValue : IEquatable<DataValue>
{
    /// <summary>Nothing.</summary>
    public static readonly DataValue Nil = new(DataKind.Nil, 0, null);

    private readonly long _bits;
    private readonly object? _reference;

    private DataValue(DataKind kind, long bits, object? reference)
    {
        Kind = kind;
        _bits = bits;
        _reference = reference;
    }

    /// <summary>What it holds.</summary>
    public DataKind Kind { get; }

    /// <summary>The bool; false of anything else.</summary>
    public bool Bool => Kind == DataKind.Bool && _bits != 0;

    /// <summary>The integer; 0 of anything else.</summary>
    public long Integer => Kind is DataKind.Integer ? _bits : 0;

    /// <summary>The unsigned integer; 0 of anything else.</summary>
    public ulong Unsigned => Kind is DataKind.Unsigned or DataKind.Integer ? (ulong)_bits : 0;

    /// <summary>The double; 0 of anything else.</summary>
    public double Float => Kind == DataKind.Float ? BitConverter.Int64BitsToDouble(_bits) : 0;

    /// <summary>The text; empty of anything else.</summary>
    public string Text => Kind == DataKind.Text ? (string)_reference! : "";

    /// <summary>The bytes; none of anything else.</summary>
    public ReadOnlyMemory<byte> Bytes => Kind == DataKind.Bytes ? (byte[])_reference! : default;

    /// <summary>The list; empty of anything else.</summary>
    public ImmutableArray<DataValue> List => Kind == DataKind.List ? (ImmutableArray<DataValue>)_reference! : [];

    /// <summary>The map; empty of anything else.</summary>
    public ImmutableArray<KeyValuePair<string, DataValue>> Map =>
        Kind != DataKind.Map ? []
        : _reference is EncodedMap encoded ? encoded.Entries
        : (ImmutableArray<KeyValuePair<string, DataValue>>)_reference!;

    /// <summary>The map in the form in which it travels, where that is how it is held.</summary>
    public EncodedMap? Encoded => _reference as EncodedMap;

    /// <summary>The value called <paramref name="name"/> in a map, or <see cref="Nil"/>.</summary>
    public DataValue this[string name]
    {
        get
        {
            if (_reference is EncodedMap encoded)
            {
                return encoded.Find(name);
            }

            foreach (var (key, value) in Map)
            {
                if (key == name)
                {
                    return value;
                }
            }

            return Nil;
        }
    }

    /// <summary>A bool.</summary>
    public static DataValue Of(bool value) => new(DataKind.Bool, value ? 1 : 0, null);

    /// <summary>An integer.</summary>
    public static DataValue Of(long value) => new(DataKind.Integer, value, null);

    /// <summary>An unsigned integer.</summary>
    public static DataValue Of(ulong value) => value <= long.MaxValue ? Of((long)value) : new(DataKind.Unsigned, (long)value, null);

    /// <summary>A double.</summary>
    public static DataValue Of(double value) => new(DataKind.Float, BitConverter.DoubleToInt64Bits(value), null);

    /// <summary>A text.</summary>
    public static DataValue Of(string value) => new(DataKind.Text, 0, value);

    /// <summary>Bytes.</summary>
    public static DataValue Of(byte[] value) => new(DataKind.Bytes, 0, value);

    /// <summary>A list.</summary>
    public static DataValue Of(ImmutableArray<DataValue> values) => new(DataKind.List, 0, values);

    /// <summary>A map.</summary>
    public static DataValue Of(ImmutableArray<KeyValuePair<string, DataValue>> entries) => new(DataKind.Map, 0, entries);

    /// <summary>A map that is read when it is asked for.</summary>
    public static DataValue Of(EncodedMap map) => new(DataKind.Map, 0, map);

    /// <summary>A map.</summary>
    public static DataValue MapOf(params ReadOnlySpan<(string Name, DataValue Value)> entries)
    {
        var builder = ImmutableArray.CreateBuilder<KeyValuePair<string, DataValue>>(entries.Length);
        foreach (var (name, value) in entries)
        {
            builder.Add(new(name, value));
        }

        return Of(builder.MoveToImmutable());
    }

    /// <summary>A text.</summary>
    public static implicit operator DataValue(string value) => Of(value);

    /// <summary>A copy of a text.</summary>
    public static implicit operator DataValue(Utf8Text value) => Of(value.ToString());

    /// <summary>An integer.</summary>
    public static implicit operator DataValue(long value) => Of(value);

    /// <summary>An integer.</summary>
    public static implicit operator DataValue(int value) => Of((long)value);

    /// <summary>An unsigned integer.</summary>
    public static implicit operator DataValue(ulong value) => Of(value);

    /// <summary>A bool.</summary>
    public static implicit operator DataValue(bool value) => Of(value);

    /// <summary>A double.</summary>
    public static implicit operator DataValue(double value) => Of(value);

    /// <inheritdoc/>
    public bool Equals(DataValue? other) => other is not null && Kind == other.Kind && Kind switch
    {
        DataKind.Text => Text == other.Text,
        DataKind.Bytes => Bytes.Span.SequenceEqual(other.Bytes.Span),
        DataKind.List => List.AsSpan().SequenceEqual(other.List.AsSpan()),
        DataKind.Map => Map.AsSpan().SequenceEqual(other.Map.AsSpan()),
        _ => _bits == other._bits,
    };

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DataValue);

    /// <inheritdoc/>
    public override int GetHashCode() => Kind switch
    {
        DataKind.Text => Text.GetHashCode(StringComparison.Ordinal),
        DataKind.Bytes => (int)Hash.Of(Bytes.Span),
        DataKind.List => HashOfList(),
        DataKind.Map => HashOfMap(),
        _ => _bits.GetHashCode(),
    };

    private int HashOfList()
    {
        var hash = default(HashCode);
        foreach (var value in List)
        {
            hash.Add(value);
        }

        return hash.ToHashCode();
    }

    private int HashOfMap()
    {
        var hash = default(HashCode);
        foreach (var (name, value) in Map)
        {
            hash.Add(name, StringComparer.Ordinal);
            hash.Add(value);
        }

        return hash.ToHashCode();
    }
}
