using System.Text.Json;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.MessagePack;
using TraceeMesh.Replay.Importing;

namespace TraceeMesh.Replay.Explaining;

/// <summary>An event out of its JSON form, as signatures see it.</summary>
public static class ExplainedEvent
{
    /// <summary>An event as <c>tmesh events --json</c>, or Tracee, prints it.</summary>
    /// <param name="json">The event.</param>
    /// <exception cref="FormatException">It is none.</exception>
    public static Event Of(JsonElement json) =>
        TraceeJson.TryRead(json, out var e, out var reason) ? Of(e) : throw new FormatException(reason);

    /// <summary>The event that triggered a finding: its place and time are the finding's.</summary>
    /// <param name="finding">The finding.</param>
    /// <returns>Null where the finding carries no trigger.</returns>
    /// <exception cref="FormatException">It is no finding.</exception>
    public static Event? OfTrigger(JsonElement finding)
    {
        if (!TraceeJson.TryRead(finding, out var e, out var reason))
        {
            throw new FormatException(reason);
        }

        if (!e.Arguments.Remove("triggeredBy", out var trigger) || trigger.ValueKind != JsonValueKind.Object || !trigger.TryGetProperty("name", out var name))
        {
            return null;
        }

        e.Name = name.GetString() ?? "";
        e.Arguments.Clear();
        foreach (var argument in trigger.GetProperty("args").EnumerateArray())
        {
            e.Arguments[argument.GetProperty("name").GetString() ?? ""] = argument.GetProperty("value");
        }

        return EventCatalog.Find(e.Name) is null ? null : Of(e);
    }

    private static Event Of(TraceeEvent e)
    {
        var definition = EventCatalog.Find(e.Name) ?? throw new FormatException($"the mesh has no event {e.Name}: docs/events.md lists those it has");
        using var writer = new EventWriter();
        using var arguments = new TraceeArguments();
        e.Context.EventId = definition.Id;
        writer.BeginEvent(in e.Context, definition, []);
        arguments.Write(writer, definition, e);
        using var frame = new MessagePackWriter();
        EventFrameCodec.Write(frame, EventFrameHeader.Empty with { Count = 1 }, writer.WrittenSpan);
        var read = new Event();
        return EventFrameCodec.TryRead(frame.WrittenSpan.ToArray(), out _, out var cursor) == FrameStatus.Ok && cursor.TryRead(read) == FrameStatus.Ok
            ? read
            : throw new FormatException($"the event {e.Name} cannot be read");
    }
}
