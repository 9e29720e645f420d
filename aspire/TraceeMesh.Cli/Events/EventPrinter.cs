using System.Text.Json;
using TraceeMesh.Contracts.Events;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Cli.Events;

/// <summary>Writes the wanted events of frames, a line each.</summary>
/// <param name="wanted">Names; empty for all.</param>
/// <param name="json">JSON, or a line for a person.</param>
/// <param name="named">Flags and the like by their names.</param>
/// <param name="output">Where to.</param>
/// <param name="messages">Where frames that cannot be read are said.</param>
internal sealed class EventPrinter(IReadOnlySet<string> wanted, bool json, bool named, Stream output, TextWriter messages) : IDisposable
{
    private readonly Utf8JsonWriter _writer = new(Stream.Null);
    private readonly Event _event = new();

    public void Dispose() => _writer.Dispose();

    public void Print(ReadOnlyMemory<byte> frame)
    {
        var status = EventFrameCodec.TryRead(frame, out _, out var events);
        if (status != FrameStatus.Ok)
        {
            messages.WriteLine($"tmesh: an event frame cannot be read ({status}): skipped");
            return;
        }

        while ((status = events.TryRead(_event)) is FrameStatus.Ok or FrameStatus.UnknownEvent)
        {
            if (status == FrameStatus.Ok && (wanted.Count == 0 || wanted.Contains(_event.Definition.Name)))
            {
                PrintEvent();
            }
        }

        if (status != FrameStatus.End)
        {
            messages.WriteLine($"tmesh: the rest of an event frame cannot be read ({status}): {events.Left} events skipped");
        }
    }

    private void PrintEvent()
    {
        if (json)
        {
            _writer.Reset(output);
            EventJson.Write(_writer, _event, named: named);
            _writer.Flush();
            output.WriteByte((byte)'\n');
            return;
        }

        output.Write(System.Text.Encoding.UTF8.GetBytes(EventLine.Format(_event, named) + "\n"));
    }
}
