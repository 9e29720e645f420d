using System.Text;
using System.Text.Json;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Replay.Importing;

/// <summary>Writes the arguments that Tracee printed as the event of the mesh has them. One that is missing, or of another shape, is absent.</summary>
internal sealed class TraceeArguments : IDisposable
{
    private readonly MessagePackWriter _structure = new();

    public void Write(EventWriter writer, EventDefinition definition, TraceeEvent e)
    {
        foreach (var argument in definition.Arguments)
        {
            if (!e.Arguments.TryGetValue(argument.Name, out var value) || !TryWrite(writer, argument.Type, value))
            {
                writer.Absent();
            }
        }
    }

    public void Dispose() => _structure.Dispose();

    private bool TryWrite(EventWriter writer, ArgumentType type, JsonElement value)
    {
        switch (type)
        {
            case ArgumentType.Text when value.ValueKind == JsonValueKind.String:
                writer.Text(Encoding.UTF8.GetBytes(value.GetString()!));
                return true;
            case ArgumentType.TextList when value.ValueKind == JsonValueKind.Array:
                var texts = value.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.String).ToList();
                writer.BeginTextList(texts.Count);
                texts.ForEach(t => writer.Text(Encoding.UTF8.GetBytes(t.GetString()!)));
                return true;
            case ArgumentType.Bytes when value.ValueKind == JsonValueKind.String && value.TryGetBytesFromBase64(out var bytes):
                writer.Bytes(bytes);
                return true;
            case ArgumentType.Bool when TraceeJson.TryNumber(value, out var flag):
                writer.Bool(flag != 0);
                return true;
            case ArgumentType.ULong or ArgumentType.Pointer when TraceeJson.TryNumber(value, out var unsigned):
                writer.Unsigned(unchecked((ulong)unsigned));
                return true;
            case ArgumentType.Float when value.ValueKind == JsonValueKind.Number:
                writer.Float(value.GetDouble());
                return true;
            default:
                return ArgumentTypes.IsNumber(type) ? TryWriteNumber(writer, value) : ArgumentTypes.IsStructure(type) && TryWriteStructure(writer, value);
        }
    }

    private static bool TryWriteNumber(EventWriter writer, JsonElement value)
    {
        var read = TraceeJson.TryNumber(value, out var number);
        if (read)
        {
            writer.Number(number);
        }

        return read;
    }

    private bool TryWriteStructure(EventWriter writer, JsonElement value)
    {
        if (value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
        {
            return false;
        }

        _structure.Reset();
        DataValueCodec.Write(_structure, Structure(value));
        writer.Structure(_structure.WrittenSpan);
        return true;
    }

    private static DataValue Structure(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => DataValue.Of([.. value.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, Structure(p.Value)))]),
        JsonValueKind.Array => DataValue.Of([.. value.EnumerateArray().Select(Structure)]),
        JsonValueKind.String => DataValue.Of(value.GetString()!),
        JsonValueKind.True or JsonValueKind.False => DataValue.Of(value.GetBoolean()),
        JsonValueKind.Number when TraceeJson.TryNumber(value, out var integer) => DataValue.Of(integer),
        JsonValueKind.Number => DataValue.Of(value.GetDouble()),
        _ => DataValue.Nil,
    };
}
