namespace TraceeMesh.Contracts.Containers;

/// <summary>What a cgroup path says about the container it belongs to.</summary>
public readonly ref struct CgroupIdentity
{
    /// <summary>The container's id, a part of the path; empty outside containers.</summary>
    public ReadOnlySpan<byte> ContainerId { get; init; }

    /// <summary>Its runtime.</summary>
    public ContainerRuntime Runtime { get; init; }

    /// <summary>Whether the path is the container's own directory, not one below it.</summary>
    public bool IsRoot { get; init; }
}
