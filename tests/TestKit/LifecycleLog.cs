using System.Text.Json.Nodes;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;

namespace TraceeMesh.TestKit;

/// <summary>Everything a mesh told on its lifecycle subjects, from its start on.</summary>
public sealed class LifecycleLog : IAsyncDisposable
{
    private static readonly TimeSpan InactiveThreshold = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly List<(string Subject, JsonObject Event)> _seen = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly BusConnection _bus;
    private readonly PullConsumer _consumer;
    private readonly Task _reading;

    private LifecycleLog(BusConnection bus, PullConsumer consumer)
    {
        _bus = bus;
        _consumer = consumer;
        _reading = ReadAsync();
    }

    /// <summary>Reads what was told already and goes on.</summary>
    public static async Task<LifecycleLog> StartAsync(LiveMesh mesh)
    {
        var bus = await mesh.ConnectAsync(Permissions.CommandLine);
        var jetStream = new JetStream(bus);
        var stream = new StreamTable(new Subjects()).Lifecycle;
        await jetStream.EnsureStreamAsync(stream, CancellationToken.None);
        return new(bus, await jetStream.CreateConsumerAsync(new ConsumerDefinition(stream.Name) { Start = ConsumerStart.All, InactiveThreshold = InactiveThreshold }, PullOptions.Default, CancellationToken.None));
    }

    /// <summary>The events of one name about one container, so far.</summary>
    public IReadOnlyList<JsonObject> About(string containerId, string name)
    {
        lock (_lock)
        {
            return [.. _seen.Where(s => (string?)s.Event["eventName"] == name && s.Event.Argument("container_id")?.GetValue<string>() == containerId && s.Subject == $"tracee.lifecycle.{name}.{LiveMesh.Node}").Select(s => s.Event)];
        }
    }

    /// <summary>Waits for the first event of one name about one container.</summary>
    public async Task<JsonObject> FirstAsync(string containerId, string name, double seconds = 10)
    {
        await TestWait.Until(() => About(containerId, name).Count > 0, $"{name} of {containerId}; there were: {Describe()}", seconds);
        return About(containerId, name)[0];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        await _consumer.DisposeAsync();
        await _bus.DisposeAsync();
        _stop.Dispose();
    }

    private string Describe()
    {
        lock (_lock)
        {
            return string.Join(", ", _seen.Select(s => $"{s.Subject} {s.Event.Argument("container_id")}"));
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            while (true)
            {
                var result = await _consumer.ReadAsync(_stop.Token);
                if (result.Status == PullStatus.Message)
                {
                    using var message = result.Message!;
                    var lifecycle = JsonNode.Parse(message.Payload)!.AsObject();
                    lock (_lock)
                    {
                        _seen.Add((message.Subject, lifecycle));
                    }
                }
                else
                {
                    await _consumer.RestartAsync(ConsumerStart.AtSequence(_consumer.LastStreamSequence + 1), _stop.Token);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Asked to end.
        }
    }
}
