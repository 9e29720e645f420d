using System.Text.Json;
using TraceeMesh.Bus;
using TraceeMesh.Contracts.Mesh;

namespace TraceeMesh.ServiceDefaults;

/// <summary>Says once a second that the service is there, and in which state.</summary>
internal sealed class HeartbeatPublisher(MeshHost host)
{
    private readonly string _subject = host.Subjects.Heartbeat(host.Options.Service, host.Options.Instance);
    private readonly long _started = UnixNanoseconds(host.Time);
    private readonly ServiceCounter _missed = host.Counters.Counter("heartbeats_missed", "Heartbeats that could not be sent");

    /// <summary>Beats until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Heartbeat.Interval, host.Time);
        try
        {
            do
            {
                Beat();
            }
            while (await timer.WaitForNextTickAsync(cancellation));
        }
        catch (OperationCanceledException)
        {
            // The host says what is to be said at the end.
        }
    }

    /// <summary>Says that the service stops as it was told to; one that says nothing any more is missed.</summary>
    public void Leave()
    {
        host.Health.Stopping();
        Beat();
    }

    private static long UnixNanoseconds(TimeProvider time) => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    // A beat that cannot be sent is not kept: the next one says the same, and silence is what the receiver judges by.
    private void Beat()
    {
        var heartbeat = new Heartbeat
        {
            Service = host.Options.Service,
            Instance = host.Options.Instance,
            Node = host.Options.Node,
            Pid = Environment.ProcessId,
            State = host.Health.State,
            Reason = host.Health.Reason,
            Http = host.HttpAddress,
            Started = _started,
            Timestamp = UnixNanoseconds(host.Time),
            UnavailableEvents = host.Health.UnavailableEvents,
            Counters = host.Counters.Read(),
        };
        if (host.Bus.TryPublish(_subject, JsonSerializer.SerializeToUtf8Bytes(heartbeat, MeshJson.Default.Heartbeat), BusHeaders.Json) != PublishStatus.Ok)
        {
            _missed.Add();
        }
    }
}
