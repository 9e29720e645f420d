using TraceeMesh.Contracts;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.ServiceDefaults.Configuration;

namespace TraceeMesh.Enricher.Enrichment;

/// <summary>How long runtimes are waited for, and how much waits with them.</summary>
public sealed record EnrichmentOptions
{
    /// <summary>How long a runtime may take for one answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long events of a container wait for the first answer.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How many events of the node wait; at most <see cref="Limits.ParkedEvents"/>.</summary>
    public int MaxEvents { get; init; } = Limits.ParkedEvents;

    /// <summary>What was configured.</summary>
    public static EnrichmentOptions From(MeshOptions options) => new()
    {
        Timeout = options.Get(MeshSettings.EnrichmentTimeout),
        MaxWait = options.Get(MeshSettings.ParkingTime),
        MaxEvents = options.Get(MeshSettings.ParkingEvents),
    };
}
