using System.Collections.ObjectModel;

namespace TraceeMesh.Contracts.Events;

/// <summary>What only the JSON of a container's own events says of it: too much to travel with every event.</summary>
public sealed record ContainerMetadata
{
    /// <summary>Labels its runtime keeps, those of its pod included where the runtime keeps them.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Labels of its pod, as the API server has them.</summary>
    public IReadOnlyDictionary<string, string> PodLabels { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Kind of what controls its pod, e.g. ReplicaSet; empty where nothing does or it is not known.</summary>
    public string OwnerKind { get; init; } = "";

    /// <summary>Name of what controls its pod.</summary>
    public string OwnerName { get; init; } = "";
}
