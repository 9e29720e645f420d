using System.Collections.Immutable;
using System.Text.Json;

namespace TraceeMesh.Contracts;

/// <summary>A value given as JSON, with its types.</summary>
public static class DataValueJson
{
    /// <summary>The value; integers stay integers.</summary>
    /// <param name="element">As deep as its document was allowed to be.</param>
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
