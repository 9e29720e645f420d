using System.Buffers;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using TraceeMesh.Bus;

namespace TraceeMesh.DataSourceApi.Console;

/// <summary>Rows that travel in one message.</summary>
internal sealed class FindingBatch : IDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly Utf8JsonWriter _json;

    /// <summary>An empty batch.</summary>
    public FindingBatch()
    {
        _json = new Utf8JsonWriter(_buffer, ConsoleJson.Writing);
        _json.WriteStartArray();
    }

    /// <summary>Messages taken, those included that were no findings.</summary>
    public int Count { get; private set; }

    /// <summary>Sequence of the last one.</summary>
    public long Last { get; private set; }

    /// <summary>Takes a message; false where it is no finding.</summary>
    public bool Add(JetStreamMessage message) => Add(message.Metadata.StreamSequence, message.PayloadMemory);

    /// <summary>Takes a message; false where it is no finding.</summary>
    public bool Add(long sequence, ReadOnlyMemory<byte> payload)
    {
        Count++;
        Last = sequence;
        return FindingRow.TryWrite(_json, sequence, payload);
    }

    /// <summary>The rows, as one JSON array. Nothing can be added behind this.</summary>
    public string End()
    {
        _json.WriteEndArray();
        _json.Flush();
        return Encoding.UTF8.GetString(_buffer.WrittenSpan);
    }

    /// <summary>The rows as a message that the browser knows the place of.</summary>
    public SseItem<string> ToMessage() => new(End(), "findings") { EventId = Last.ToString(System.Globalization.CultureInfo.InvariantCulture) };

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();
}
