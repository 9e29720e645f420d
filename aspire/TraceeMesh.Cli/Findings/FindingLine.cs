using System.Globalization;
using System.Text;
using System.Text.Json;
using TraceeMesh.Contracts.Findings;

namespace TraceeMesh.Cli.Findings;

/// <summary>
/// A finding as one line for a person:
/// <c>11:45:41.713 low      anti_debugging        python3[4711] parent 4700 on node-a  Anti-Debugging detected</c>.
/// </summary>
public static class FindingLine
{
    private const int IdLength = 12;
    private const int MaxField = 256;

    /// <summary>False when the payload is no finding.</summary>
    public static bool TryFormat(ReadOnlyMemory<byte> payload, out string line) => TryFormat(payload, out line, out _, out _);

    /// <summary>The same, with what makes another finding a repeat of this one, and when it happened.</summary>
    public static bool TryFormat(ReadOnlyMemory<byte> payload, out string line, out FindingKey key, out DateTimeOffset happened)
    {
        (line, key, happened) = ("", default, default);
        try
        {
            using var document = JsonDocument.Parse(payload);
            if (document.RootElement.ValueKind != JsonValueKind.Object || Text(document.RootElement, "eventName").Length == 0)
            {
                return false;
            }

            var finding = document.RootElement;
            line = Format(finding);
            key = new(Text(finding, "eventName"), Text(finding, "containerId"), Text(Child(finding, "executable"), "path") is { Length: > 0 } path ? path : Text(finding, "processName"));
            happened = Time(Number(finding, "timestamp"));
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Format(JsonElement finding)
    {
        var properties = Child(Child(finding, "metadata"), "Properties");
        var severity = (Severity)Math.Clamp(Number(properties, "Severity"), (long)Severity.Info, (long)Severity.Critical);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Time(Number(finding, "timestamp")):HH:mm:ss.fff} {severity.Name(),-8} {Text(finding, "eventName"),-21} ");
        text.Append(CultureInfo.InvariantCulture, $"{Text(finding, "processName")}[{Number(finding, "hostProcessId")}] parent {Number(finding, "hostParentProcessId")}");
        if (Text(finding, "containerId") is { Length: > 0 } container)
        {
            text.Append(" in ").Append(container.AsSpan(0, Math.Min(container.Length, IdLength)));
        }

        var mesh = Child(finding, "mesh");
        text.Append(" on ").Append(Text(mesh, "node") is { Length: > 0 } node ? node : Text(finding, "hostName"));
        text.Append("  ").Append(Text(properties, "signatureName"));
        var completeness = Child(mesh, "completeness");
        if (Text(completeness, "state") is { Length: > 0 } state && state != "complete")
        {
            text.Append(CultureInfo.InvariantCulture, $"  [{state}: {Number(completeness, "lost")} events lost before it]");
        }

        return text.ToString().TrimEnd();
    }

    private static DateTimeOffset Time(long nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks(Math.Clamp(nanoseconds / TimeSpan.NanosecondsPerTick, 0, DateTimeOffset.MaxValue.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks));

    private static JsonElement Child(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var child) ? child : default;

    private static long Number(JsonElement parent, string name) =>
        Child(parent, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var value) ? value : 0;

    /// <summary>What a process calls itself is its own choice: controls never reach the terminal.</summary>
    private static string Text(JsonElement parent, string name)
    {
        if (Child(parent, name) is not { ValueKind: JsonValueKind.String } element)
        {
            return "";
        }

        var text = element.GetString()!;
        if (text.Length > MaxField)
        {
            text = text[..MaxField];
        }

        return text.AsSpan().ContainsAnyInRange('\0', '\x1f') || text.AsSpan().ContainsAnyInRange('\x7f', '\x9f')
            ? string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c))
            : text;
    }
}
