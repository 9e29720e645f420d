using System.Text.Json;
using TraceeMesh.Bus;
using TraceeMesh.Cli.Streams;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Mesh;

namespace TraceeMesh.Cli.Connection;

/// <summary>Listens to what the services say of themselves.</summary>
internal static class Heartbeats
{
    /// <summary>Services beat once a second: who is silent this long is not there.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(1500);

    /// <summary>
    /// The last heartbeat of every instance that beats now, by service and instance. With credentials it knows from the
    /// stream who there was and returns as soon as all of them have been heard.
    /// </summary>
    public static async Task<IReadOnlyList<Heartbeat>> Collect(BusConnection bus, bool asReader, CancellationToken cancellation)
    {
        using var heartbeats = bus.Subscribe(MeshSubjects.InForce.AllHeartbeats);
        var awaited = asReader ? [] : await Remembered(bus, cancellation);
        var heard = new Dictionary<(string Service, string Node, string Instance), Heartbeat>();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            await foreach (var message in heartbeats.ReadAllAsync(patience.Token))
            {
                using (message)
                {
                    if (TryRead(message.Payload) is { } heartbeat)
                    {
                        heard[KeyOf(heartbeat)] = heartbeat;
                    }
                }

                if (awaited.Count > 0 && awaited.IsSubsetOf(heard.Keys))
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Everybody had time to beat.
        }

        return [.. heard.OrderBy(h => h.Key).Select(h => h.Value)];
    }

    private static async Task<HashSet<(string Service, string Node, string Instance)>> Remembered(BusConnection bus, CancellationToken cancellation)
    {
        var last = await LastValues.Read(new JetStream(bus), new StreamTable(MeshSubjects.InForce).Heartbeats, cancellation);
        return [.. last.Select(payload => TryRead(payload.Span)).OfType<Heartbeat>().Where(h => h.State != Heartbeat.Stopping).Select(KeyOf)];
    }

    private static (string Service, string Node, string Instance) KeyOf(Heartbeat heartbeat) => (heartbeat.Service, heartbeat.Node, heartbeat.Instance);

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
