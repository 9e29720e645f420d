using System.Globalization;
using System.Text.Json;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Mesh;

namespace TraceeMesh.Tests.Chaos;

/// <summary>How many event frames are stored and not yet checkpointed by any detector.</summary>
/// <param name="bus">A connection that may read streams.</param>
internal sealed class FramesInFlight(BusConnection bus)
{
    private readonly JetStream _jetStream = new(bus, new JetStreamOptions { Timeout = TimeSpan.FromSeconds(1) });
    private readonly StreamTable _streams = new(new Subjects());

    /// <summary>Those behind the last one that any detector has checkpointed; 0 while the bus does not answer.</summary>
    public async Task<long> CountAsync()
    {
        try
        {
            // The positions first: what is stored behind them when they are known is in flight, unless one is written in between.
            var leases = new KeyValueBucket(_jetStream, _streams.Leases.Name);
            var entries = await Task.WhenAll(Enumerable.Range(0, Partitioning.Partitions).Select(p => leases.GetAsync($"p{p}")));
            if (await _jetStream.FindStreamAsync(_streams.Events.Name) is not { } stream)
            {
                return 0;
            }

            // Positions in a stream that the bus has forgotten say nothing about this one.
            var created = stream.Created.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
            var judged = entries
                .Select(e => e is null ? null : JsonSerializer.Deserialize(e.Value.Span, MeshJson.Default.LeaseRecord))
                .Max(lease => lease?.StreamCreated == created ? lease.Sequence : 0);
            return Math.Max(stream.LastSequence - judged, 0);
        }
        catch (BusException)
        {
            return 0;
        }
    }
}
