using System.Text.Json;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Signatures.Testing;

/// <summary>Events as <c>tmesh events --json</c> printed them: one JSON object a line.</summary>
public static class CapturedEvents
{
    /// <summary>The events of a file, in order.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FormatException">A line is no event; the message says which.</exception>
    public static IEnumerable<Event> Read(string path)
    {
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (line.Length > 0)
            {
                yield return Parse(line, $"{path}, line {number}");
            }
        }
    }

    private static Event Parse(string line, string where)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var json = document.RootElement;
            var e = EventMaker.Make(
                json.GetProperty("eventName").GetString()!,
                [.. json.GetProperty("args").EnumerateArray().Select(a => (a.GetProperty("name").GetString()!, Value(a))).Where(a => a.Item2 is not null).Select(a => (a.Item1, a.Item2!))]);
            SetContext(ref e.Context, json);
            return e;
        }
        catch (Exception x) when (x is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw new FormatException($"{where}: {x.Message}", x);
        }
    }

    private static void SetContext(ref EventContext context, JsonElement json)
    {
        context.Timestamp = json.GetProperty("timestamp").GetInt64();
        context.ProcessId = json.GetProperty("processId").GetInt32();
        context.HostProcessId = json.GetProperty("hostProcessId").GetInt32();
        context.HostParentProcessId = json.GetProperty("hostParentProcessId").GetInt32();
        context.UserId = (int)json.GetProperty("userId").GetUInt32();
        context.ReturnValue = json.GetProperty("returnValue").GetInt64();
        context.ProcessName = Text(json, "processName");
        context.HostName = Text(json, "hostName");
        context.Executable = Text(json.GetProperty("executable"), "path");
        context.ContainerId = Text(json, "containerId");
        context.ContainerImage = Text(json.GetProperty("container"), "image");
        context.ContainerName = Text(json.GetProperty("container"), "name");
        context.PodName = Text(json.GetProperty("kubernetes"), "podName");
        context.PodNamespace = Text(json.GetProperty("kubernetes"), "podNamespace");
        context.Flags = json.GetProperty("contextFlags").GetProperty("containerStarted").GetBoolean() ? ContextFlags.ContainerStarted : ContextFlags.None;
    }

    private static Utf8Text Text(JsonElement parent, string name) => parent.TryGetProperty(name, out var text) ? Utf8Text.From(text.GetString() ?? "") : default;

    private static object? Value(JsonElement argument) => argument.GetProperty("value") switch
    {
        { ValueKind: JsonValueKind.String } bytes when Type(argument) == ArgumentTypes.Name(ArgumentType.Bytes) => bytes.GetBytesFromBase64(),
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Array } texts when Type(argument) == ArgumentTypes.Name(ArgumentType.TextList) => texts.EnumerateArray().Select(v => v.GetString() ?? "").ToArray(),
        { ValueKind: JsonValueKind.Array or JsonValueKind.Object } structure => Structure(structure),
        { ValueKind: JsonValueKind.True or JsonValueKind.False } flag => flag.GetBoolean(),
        { ValueKind: JsonValueKind.Number } number => number.TryGetInt64(out var integer) ? integer : unchecked((long)number.GetUInt64()),
        _ => null,
    };

    private static string? Type(JsonElement argument) => argument.TryGetProperty("type", out var type) ? type.GetString() : null;

    private static DataValue Structure(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => DataValue.MapOf([.. value.EnumerateObject().Select(p => (p.Name, Structure(p.Value)))]),
        JsonValueKind.Array => DataValue.Of([.. value.EnumerateArray().Select(Structure)]),
        JsonValueKind.String => DataValue.Of(value.GetString()!),
        JsonValueKind.True or JsonValueKind.False => DataValue.Of(value.GetBoolean()),
        JsonValueKind.Number when value.TryGetInt64(out var integer) => DataValue.Of(integer),
        JsonValueKind.Number => DataValue.Of(value.GetDouble()),
        _ => DataValue.Nil,
    };
}
