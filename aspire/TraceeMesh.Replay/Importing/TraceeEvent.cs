using System.Text.Json;
using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Replay.Importing;

/// <summary>One event as Tracee printed it. What it did not print is zero or empty here, and stays so.</summary>
internal sealed class TraceeEvent
{
    /// <summary>Name of the event.</summary>
    public string Name { get; set; } = "";

    /// <summary>Who, where, when; without entity ids, which are the mesh's own.</summary>
    public EventContext Context;

    /// <summary>Arguments by name.</summary>
    public Dictionary<string, JsonElement> Arguments { get; } = [];

    /// <summary>A number among the arguments; 0 where it is absent.</summary>
    public long Number(string name) => Arguments.TryGetValue(name, out var value) && TraceeJson.TryNumber(value, out var number) ? number : 0;

    /// <summary>A text among the arguments; empty where it is absent.</summary>
    public string Text(string name) => Arguments.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    /// <summary>Texts among the arguments; none where they are absent.</summary>
    public IEnumerable<string> Texts(string name) => Arguments.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.Array
        ? value.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString()!)
        : [];
}
