namespace TraceeMesh.Contracts.Containers;

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

/// <summary>The names of <see cref="ContainerRuntime"/>, as events show them.</summary>
public static class ContainerRuntimes
{
    private static readonly string[] Names = ["unknown", "docker", "containerd", "crio", "podman", "garden"];

    /// <summary>The name of a runtime.</summary>
    public static string Name(this ContainerRuntime runtime) => Names[(int)runtime];
}
