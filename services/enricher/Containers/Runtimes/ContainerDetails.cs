using System.Collections.ObjectModel;

namespace TraceeMesh.Enricher.Containers.Runtimes;

/// <summary>What a runtime knows of a container. What it does not know is empty.</summary>
public sealed record ContainerDetails
{
    /// <summary>Name: Docker's without its leading slash, Kubernetes' name within the pod.</summary>
    public string Name { get; init; } = "";

    /// <summary>Image, as its user or the runtime names it.</summary>
    public string Image { get; init; } = "";

    /// <summary>Digest of the image, where it has one.</summary>
    public string ImageDigest { get; init; } = "";

    /// <summary>Name of its pod.</summary>
    public string PodName { get; init; } = "";

    /// <summary>Namespace of its pod.</summary>
    public string PodNamespace { get; init; } = "";

    /// <summary>Uid of its pod.</summary>
    public string PodUid { get; init; } = "";

    /// <summary>Container id of its pod's sandbox.</summary>
    public string PodSandboxId { get; init; } = "";

    /// <summary>Whether it is itself the sandbox of a pod.</summary>
    public bool PodSandbox { get; init; }

    /// <summary>Its labels; bounded by <see cref="RuntimeLimits.MaxLabels"/> and <see cref="RuntimeLimits.MaxLabelBytes"/>.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ReadOnlyDictionary<string, string>.Empty;
}
