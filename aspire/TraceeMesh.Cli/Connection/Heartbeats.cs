using System.Text.Json;
using TraceeMesh.Bus;
using TraceeMesh.Contracts.Mesh;

namespace TraceeMesh.Cli.Connection;

/// <summary>Listens to what the services say of themselves.</summary>
internal static class Heartbeats
{
    /// <summary>Services beat once a second: who is silent this long is not there.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(1500);

    /// <summary>The last heartbeat of every instance that beats, by service and instance.</summary>
    public static async Task<IReadOnlyList<Heartbeat>> Collect(BusConnection bus, CancellationToken cancellation)
    {
        var heard = new Dictionary<(string, string, string), Heartbeat>();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        using var heartbeats = bus.Subscribe(MeshSubjects.InForce.AllHeartbeats);
        try
        {
            await foreach (var message in heartbeats.ReadAllAsync(patience.Token))
            {
                using (message)
                {
                    if (TryRead(message.Payload) is { } heartbeat)
                    {
                        heard[(heartbeat.Service, heartbeat.Node, heartbeat.Instance)] = heartbeat;
                    }
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Everybody had time to beat.
        }

        return [.. heard.Values.OrderBy(h => h.Service, StringComparer.Ordinal).ThenBy(h => h.Node, StringComparer.Ordinal).ThenBy(h => h.Instance, StringComparer.Ordinal)];
    }

    private static Heartbeat? TryRead(ReadOnlySpan<byte> payload)
    {
        try
        {
            return JsonSerializer.Deserialize(payload, MeshJson.Default.Heartbeat);
        }
        catch (JsonException)
        {
            // What is no heartbeat tells of no service.
            return null;
        }
    }
}
