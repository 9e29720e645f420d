using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace TraceeMesh.Cli.Forwarding;

/// <summary>A finding as a log record of OTLP in JSON: one record in one request, with the finding's whole JSON as its body.</summary>
internal static class FindingLogRecord
{
    // Where OpenTelemetry has a name for what a finding holds, by the path in the finding.
    private static readonly (string Attribute, string[] Path)[] Attributes =
    [
        ("log.record.uid", ["mesh", "id"]),
        ("traceemesh.load", ["mesh", "loadId"]),
        ("traceemesh.completeness", ["mesh", "completeness", "state"]),
        ("traceemesh.signature.id", ["metadata", "Properties", "signatureID"]),
        ("traceemesh.signature.name", ["metadata", "Properties", "signatureName"]),
        ("process.executable.path", ["executable", "path"]),
        ("container.id", ["containerId"]),
        ("container.name", ["container", "name"]),
        ("container.image.name", ["container", "image"]),
        ("k8s.pod.name", ["kubernetes", "podName"]),
        ("k8s.namespace.name", ["kubernetes", "podNamespace"]),
        ("k8s.pod.uid", ["kubernetes", "podUID"]),
    ];

    /// <summary>The body of a request.</summary>
    /// <param name="subject">The subject of the finding.</param>
    /// <param name="finding">Its JSON.</param>
    /// <param name="trace">Its trace, as <c>traceparent</c>.</param>
    /// <param name="observed">Now.</param>
    /// <returns>Null when it is no finding.</returns>
    public static ReadOnlyMemory<byte>? TryWrite(string subject, ReadOnlyMemory<byte> finding, string? trace, DateTimeOffset observed)
    {
        try
        {
            using var json = JsonDocument.Parse(finding);
            if (json.RootElement.ValueKind != JsonValueKind.Object || Find(json.RootElement, "timestamp") is not { ValueKind: JsonValueKind.Number } time || !time.TryGetInt64(out var timestamp))
            {
                return null;
            }

            var buffer = new ArrayBufferWriter<byte>(finding.Length + 2048);
            using (var writer = new Utf8JsonWriter(buffer))
            {
                Write(writer, json.RootElement, timestamp, SeverityOf(subject), Encoding.UTF8.GetString(finding.Span), trace, observed);
            }

            return buffer.WrittenMemory;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a text in it is no Unicode.
            return null;
        }
    }

    private static void Write(Utf8JsonWriter writer, JsonElement finding, long timestamp, (int Number, string Text) severity, string body, string? trace, DateTimeOffset observed)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("resourceLogs");
        writer.WriteStartObject();
        writer.WriteStartObject("resource");
        writer.WriteStartArray("attributes");
        Attribute(writer, "service.name", "traceemesh-detector");
        Attribute(writer, "service.namespace", "traceemesh");
        Attribute(writer, "host.name", Text(finding, "hostName"));
        Attribute(writer, "traceemesh.node", Text(finding, "mesh", "node"));
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteStartArray("scopeLogs");
        writer.WriteStartObject();
        writer.WriteStartObject("scope");
        writer.WriteString("name", "TraceeMesh.Findings");
        writer.WriteEndObject();
        writer.WriteStartArray("logRecords");
        writer.WriteStartObject();

        // 64-bit numbers are texts in the JSON of protobuf.
        writer.WriteString("timeUnixNano", timestamp.ToString(CultureInfo.InvariantCulture));
        writer.WriteString("observedTimeUnixNano", ((observed - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick).ToString(CultureInfo.InvariantCulture));
        writer.WriteNumber("severityNumber", severity.Number);
        writer.WriteString("severityText", severity.Text);
        writer.WriteString("eventName", Text(finding, "eventName"));
        writer.WriteStartObject("body");
        writer.WriteString("stringValue", body);
        writer.WriteEndObject();
        writer.WriteStartArray("attributes");
        foreach (var (attribute, path) in Attributes)
        {
            Attribute(writer, attribute, Text(finding, path));
        }

        if (Find(finding, "hostProcessId") is { ValueKind: JsonValueKind.Number } pid && pid.TryGetInt64(out var number))
        {
            writer.WriteStartObject();
            writer.WriteString("key", "process.pid");
            writer.WriteStartObject("value");
            writer.WriteString("intValue", number.ToString(CultureInfo.InvariantCulture));
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (ActivityContext.TryParse(trace, null, out var context))
        {
            writer.WriteString("traceId", context.TraceId.ToHexString());
            writer.WriteString("spanId", context.SpanId.ToHexString());
            writer.WriteNumber("flags", (int)context.TraceFlags);
        }

        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    // prefix.findings.severity.signature.node; the numbers are those of OpenTelemetry's INFO, INFO3, WARN, ERROR and FATAL.
    private static (int Number, string Text) SeverityOf(string subject)
    {
        var tokens = subject.Split('.');
        var severity = tokens.Length >= 3 ? tokens[^3] : "";
        return (severity switch { "info" => 9, "low" => 11, "medium" => 13, "high" => 17, "critical" => 21, _ => 0 }, severity);
    }

    private static void Attribute(Utf8JsonWriter writer, string key, string value)
    {
        if (value.Length == 0)
        {
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("key", key);
        writer.WriteStartObject("value");
        writer.WriteString("stringValue", value);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static string Text(JsonElement element, params ReadOnlySpan<string> path) =>
        Find(element, path) is { ValueKind: JsonValueKind.String or JsonValueKind.Number } found ? found.ToString() : "";

    private static JsonElement? Find(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element;
    }
}
