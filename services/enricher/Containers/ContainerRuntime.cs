namespace TraceeMesh.Enricher.Containers;

/// <summary>Which runtime a cgroup path points to.</summary>
public enum ContainerRuntime
{
    /// <summary>A container by its id, of a runtime that the path does not tell.</summary>
    Unknown,

    /// <summary>Docker.</summary>
    Docker,

    /// <summary>containerd.</summary>
    Containerd,

    /// <summary>CRI-O.</summary>
    Crio,

    /// <summary>Podman.</summary>
    Podman,

    /// <summary>Cloud Foundry's Garden.</summary>
    Garden,
}
