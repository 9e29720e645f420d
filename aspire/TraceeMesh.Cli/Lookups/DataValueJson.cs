using System.Collections.Immutable;
using System.Text.Json;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Lookups;

/// <summary>Values of lookups as JSON and back. Bytes become base64 on the way out; nothing becomes bytes on the way in.</summary>
internal static class DataValueJson
{
    public static void Write(Utf8JsonWriter writer, DataValue value)
    {
        switch (value.Kind)
        {
            case DataKind.Bool:
                writer.WriteBooleanValue(value.Bool);
                break;
            case DataKind.Integer:
                writer.WriteNumberValue(value.Integer);
                break;
            case DataKind.Unsigned:
                writer.WriteNumberValue(value.Unsigned);
                break;
            case DataKind.Float when double.IsFinite(value.Float):
                writer.WriteNumberValue(value.Float);
                break;
            case DataKind.Text:
                writer.WriteStringValue(value.Text);
                break;
            case DataKind.Bytes:
                writer.WriteBase64StringValue(value.Bytes.Span);
                break;
            case DataKind.List:
                writer.WriteStartArray();
                foreach (var item in value.List)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case DataKind.Map:
                writer.WriteStartObject();
                foreach (var (name, item) in value.Map)
                {
                    writer.WritePropertyName(name);
                    Write(writer, item);
                }

                writer.WriteEndObject();
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

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
