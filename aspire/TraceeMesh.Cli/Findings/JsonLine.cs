using System.Buffers;
using System.Text.Json;

namespace TraceeMesh.Cli.Findings;

/// <summary>A JSON message as exactly one line.</summary>
public static class JsonLine
{
    /// <summary>False when the payload is no JSON object.</summary>
    public static bool TryWrite(ReadOnlyMemory<byte> payload, Stream output)
    {
        try
        {
            using var document = JsonDocument.Parse(payload);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return false;
            }

            // Valid JSON keeps its bytes, numbers beyond a double's precision included, unless it spans lines.
            if (!payload.Span.Contains((byte)'\n') && !payload.Span.Contains((byte)'\r'))
            {
                output.Write(payload.Span);
            }
            else
            {
                var line = new ArrayBufferWriter<byte>(payload.Length);
                using (var writer = new Utf8JsonWriter(line))
                {
                    document.RootElement.WriteTo(writer);
                }

                output.Write(line.WrittenSpan);
            }

            output.WriteByte((byte)'\n');
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
