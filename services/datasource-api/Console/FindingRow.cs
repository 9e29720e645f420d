using System.Text;
using System.Text.Json;
using TraceeMesh.Contracts.Findings;

namespace TraceeMesh.DataSourceApi.Console;

/// <summary>A finding as a row of the list: what a person scans and filters by, with texts cut to <see cref="ConsoleLimits.RowText"/>.</summary>
internal static class FindingRow
{
    /// <summary>Name of the argument that holds the event that a finding was made of.</summary>
    private const string TriggeredBy = "triggeredBy";

    private static readonly JsonDocumentOptions Hostile = new() { MaxDepth = 32 };

    /// <summary>Writes one; false, and nothing written, where the message is no finding.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="sequence">Its place in the stream.</param>
    /// <param name="message">The message.</param>
    public static bool TryWrite(Utf8JsonWriter json, long sequence, ReadOnlyMemory<byte> message)
    {
        try
        {
            using var document = JsonDocument.Parse(message, Hostile);
            var finding = document.RootElement;
            if (ConsoleJson.Text(finding, "eventName").Length == 0)
            {
                return false;
            }

            Write(json, sequence, finding);
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Bytes that are no UTF-8 are told of where the text is taken.
            return false;
        }
    }

    private static void Write(Utf8JsonWriter json, long sequence, JsonElement finding)
    {
        // Taken before anything is written: a text that cannot be read leaves no half of a row.
        var properties = ConsoleJson.Child(ConsoleJson.Child(finding, "metadata"), "Properties");
        var container = ConsoleJson.Child(finding, "container");
        var kubernetes = ConsoleJson.Child(finding, "kubernetes");
        var mesh = ConsoleJson.Child(finding, "mesh");
        var completeness = ConsoleJson.Child(mesh, "completeness");
        var severity = (Severity)Math.Clamp(ConsoleJson.Number(properties, "Severity"), (long)Severity.Info, (long)Severity.Critical);
        var node = ConsoleJson.Text(mesh, "node");
        (string Name, string Value)[] texts =
        [
            ("severity", severity.Name()),
            ("event", Clip(ConsoleJson.Text(finding, "eventName"))),
            ("signature", Clip(ConsoleJson.Text(properties, "signatureName"))),
            ("process", Clip(ConsoleJson.Text(finding, "processName"))),
            ("container", Clip(ConsoleJson.Text(finding, "containerId"))),
            ("containerName", Clip(ConsoleJson.Text(container, "name"))),
            ("image", Clip(ConsoleJson.Text(container, "image"))),
            ("pod", Clip(ConsoleJson.Text(kubernetes, "podName"))),
            ("podNamespace", Clip(ConsoleJson.Text(kubernetes, "podNamespace"))),
            ("node", Clip(node.Length > 0 ? node : ConsoleJson.Text(finding, "hostName"))),
            ("what", What(finding)),
            ("state", ConsoleJson.Text(completeness, "state")),
        ];
        json.WriteStartObject();
        json.WriteNumber("seq", sequence);
        json.WriteNumber("time", ConsoleJson.Number(finding, "timestamp"));
        json.WriteNumber("pid", ConsoleJson.Number(finding, "hostProcessId"));
        json.WriteNumber("lost", ConsoleJson.Number(completeness, "lost"));
        foreach (var (name, value) in texts)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
    }

    // The finding's own data and behind it the event that it was made of, as a line.
    private static string What(JsonElement finding)
    {
        var text = new StringBuilder();
        var trigger = Append(text, ConsoleJson.Child(finding, "args"));
        if (ConsoleJson.Text(trigger, "name") is { Length: > 0 } name)
        {
            text.Append(text.Length > 0 ? " " : "").Append(name);
            Append(text, ConsoleJson.Child(trigger, "args"));
        }

        return Clip(text.ToString());
    }

    // Returns the event among the arguments.
    private static JsonElement Append(StringBuilder text, JsonElement arguments)
    {
        JsonElement trigger = default;
        if (arguments.ValueKind != JsonValueKind.Array)
        {
            return trigger;
        }

        foreach (var argument in arguments.EnumerateArray())
        {
            var name = ConsoleJson.Text(argument, "name");
            var value = ConsoleJson.Child(argument, "value");
            if (name == TriggeredBy)
            {
                trigger = value;
            }
            else if (name.Length > 0 && text.Length < ConsoleLimits.RowText)
            {
                text.Append(text.Length > 0 ? " " : "").Append(name).Append('=').Append(value.ValueKind == JsonValueKind.String ? value.GetString() : value.ToString());
            }
        }

        return trigger;
    }

    private static string Clip(string text)
    {
        if (text.Length <= ConsoleLimits.RowText)
        {
            return text;
        }

        // Never between the halves of one character.
        var end = ConsoleLimits.RowText - 1;
        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[end - 1]) ? end - 1 : end), "…");
    }
}
