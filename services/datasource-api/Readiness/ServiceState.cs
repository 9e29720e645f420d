namespace TraceeMesh.DataSourceApi.Readiness;

/// <summary>A service as the page shows it.</summary>
public sealed record ServiceState
{
    /// <summary>The state of one that neither beats nor said that it stops.</summary>
    public const string Silent = "silent";

    /// <summary>collector, enricher, detector or datasource-api.</summary>
    public required string Service { get; init; }

    /// <summary>Its instance.</summary>
    public required string Instance { get; init; }

    /// <summary>Its node.</summary>
    public required string Node { get; init; }

    /// <summary>Its process.</summary>
    public required int Pid { get; init; }

    /// <summary>As its heartbeat says, or <see cref="Silent"/>.</summary>
    public required string State { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>When it started, ns since the epoch.</summary>
    public required long Started { get; init; }

    /// <summary>When it beat last, ns since the epoch, by its own clock.</summary>
    public required long LastHeartbeat { get; init; }

    /// <summary>Events that a collector's kernel cannot give.</summary>
    public required IReadOnlyList<string> UnavailableEvents { get; init; }

    /// <summary>Its counters.</summary>
    public required IReadOnlyDictionary<string, long> Counters { get; init; }

    /// <summary>Of those that changed between its last two heartbeats, how much a second.</summary>
    public required IReadOnlyDictionary<string, double> Rates { get; init; }
}
