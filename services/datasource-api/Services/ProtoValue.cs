using System.Collections.Immutable;
using Google.Protobuf.WellKnownTypes;
using TraceeMesh.Contracts;
using TraceeMesh.DataSourceApi.Protos.Mesh;

namespace TraceeMesh.DataSourceApi.Services;

/// <summary>Values of protobuf and ours. What is nested too deeply becomes nothing, which no source takes.</summary>
internal static class ProtoValue
{
    /// <summary>A value as Tracee's clients send it: every number is a double.</summary>
    public static DataValue From(Value? value, int depth = Limits.Depth) => depth == 0 ? DataValue.Nil : value?.KindCase switch
    {
        Value.KindOneofCase.NumberValue => DataValue.Of(value.NumberValue),
        Value.KindOneofCase.StringValue => DataValue.Of(value.StringValue),
        Value.KindOneofCase.BoolValue => DataValue.Of(value.BoolValue),
        Value.KindOneofCase.ListValue => DataValue.Of([.. value.ListValue.Values.Select(v => From(v, depth - 1))]),
        Value.KindOneofCase.StructValue => DataValue.Of(value.StructValue.Fields.Select(f => KeyValuePair.Create(f.Key, From(f.Value, depth - 1))).ToImmutableArray()),
        _ => DataValue.Nil,
    };

    /// <summary>A value in its own type.</summary>
    public static DataValue From(Datum? value, int depth = Limits.Depth) => depth == 0 ? DataValue.Nil : value?.KindCase switch
    {
        Datum.KindOneofCase.BoolValue => DataValue.Of(value.BoolValue),
        Datum.KindOneofCase.IntValue => DataValue.Of(value.IntValue),
        Datum.KindOneofCase.FloatValue => DataValue.Of(value.FloatValue),
        Datum.KindOneofCase.StringValue => DataValue.Of(value.StringValue),
        Datum.KindOneofCase.ListValue => DataValue.Of([.. value.ListValue.Items.Select(v => From(v, depth - 1))]),
        Datum.KindOneofCase.MapValue => DataValue.Of(value.MapValue.Fields.Select(f => KeyValuePair.Create(f.Key, From(f.Value, depth - 1))).ToImmutableArray()),
        _ => DataValue.Nil,
    };

    /// <summary>The same the other way.</summary>
    public static Datum ToDatum(DataValue value)
    {
        switch (value.Kind)
        {
            case DataKind.Bool:
                return new Datum { BoolValue = value.Bool };
            case DataKind.Integer:
                return new Datum { IntValue = value.Integer };
            case DataKind.Float:
                return new Datum { FloatValue = value.Float };
            case DataKind.Text:
                return new Datum { StringValue = value.Text };
            case DataKind.List:
                return new Datum { ListValue = new DatumList { Items = { value.List.Select(ToDatum) } } };
            case DataKind.Map:
                var map = new DatumMap();
                foreach (var (name, item) in value.Map)
                {
                    map.Fields.Add(name, ToDatum(item));
                }

                return new Datum { MapValue = map };
            default:
                return new Datum();
        }
    }
}
