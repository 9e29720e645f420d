using System.Collections.Immutable;
using System.Text.Json;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Lookups;

/// <summary>A key given as JSON, with its types.</summary>
internal static class DataValueJson
{
    public static DataValue Read(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => DataValue.Of(element.GetBoolean()),
        JsonValueKind.String => DataValue.Of(element.GetString()!),
        JsonValueKind.Number => element.TryGetInt64(out var integer) ? DataValue.Of(integer)
            : element.TryGetUInt64(out var unsigned) ? DataValue.Of(unsigned)
            : DataValue.Of(element.GetDouble()),
        JsonValueKind.Array => DataValue.Of(element.EnumerateArray().Select(Read).ToImmutableArray()),
        JsonValueKind.Object => DataValue.Of(element.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, Read(p.Value))).ToImmutableArray()),
        _ => DataValue.Nil,
    };
}
