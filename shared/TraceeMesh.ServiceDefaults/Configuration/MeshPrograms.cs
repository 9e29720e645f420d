namespace TraceeMesh.ServiceDefaults.Configuration;

/// <summary>The programs that are told by <see cref="MeshSettings"/>.</summary>
public static class MeshPrograms
{
    /// <summary>The collector.</summary>
    public const string Collector = "collector";

    /// <summary>What stands in for a collector and replays a capture.</summary>
    public const string Replay = "replay";

    /// <summary>The enricher.</summary>
    public const string Enricher = "enricher";

    /// <summary>The detector.</summary>
    public const string Detector = "detector";

    /// <summary>datasource-api.</summary>
    public const string DataSourceApi = "datasource-api";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Collector, Replay, Enricher, Detector, DataSourceApi];
}
