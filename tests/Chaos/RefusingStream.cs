using System.Text.Json.Nodes;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;

namespace TraceeMesh.Tests.Chaos;

/// <summary>Has the bus refuse event frames, as one does that is out of room.</summary>
/// <param name="bus">A connection that may change streams.</param>
internal sealed class RefusingStream(BusConnection bus)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly string _stream = new StreamTable(new Subjects()).Events.Name;

    /// <summary>Refuses them for a while; whoever publishes may bring the stream back to its definition before.</summary>
    public async Task RefuseAsync(TimeSpan length)
    {
        var config = (await AskAsync("INFO", null))["config"]!.AsObject();
        await AskAsync("UPDATE", new JsonObject(config.Select(p => KeyValuePair.Create(p.Key, p.Key == "max_msg_size" ? JsonValue.Create(1) : p.Value?.DeepClone()))));
        await Task.Delay(length, bus.Time);
        await AskAsync("UPDATE", config);
    }

    private async Task<JsonObject> AskAsync(string what, JsonNode? about)
    {
        using var reply = await bus.RequestAsync($"$JS.API.STREAM.{what}.{_stream}", about is null ? default : System.Text.Encoding.UTF8.GetBytes(about.ToJsonString()), Timeout);
        var answer = JsonNode.Parse(reply.Payload)!.AsObject();
        return answer["error"] is { } error ? throw new InvalidOperationException($"{what} of {_stream}: {error}") : answer;
    }
}
