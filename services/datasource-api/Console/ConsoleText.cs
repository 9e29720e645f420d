using System.Buffers;
using System.Text;
using System.Text.Json;

namespace TraceeMesh.DataSourceApi.Console;

/// <summary>Objects of JSON as text, for messages of a stream.</summary>
internal static class ConsoleText
{
    /// <summary>One object.</summary>
    public static string Object(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        ConsoleJson.Object(buffer, write);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
