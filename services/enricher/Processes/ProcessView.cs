namespace TraceeMesh.Enricher.Processes;

/// <summary>What a process was at some time. Before its begin everything that changes is 0.</summary>
public readonly struct ProcessView
{
    /// <summary>Its number in the store.</summary>
    public int Process { get; init; }

    /// <summary>How much is known.</summary>
    public EntityStatus Status { get; init; }

    /// <summary>As of when, ns since boot; <see cref="long.MaxValue"/> for now.</summary>
    public long Time { get; init; }

    /// <summary>Its entity id.</summary>
    public ulong Id { get; init; }

    /// <summary>Entity id of its parent; 0 unknown.</summary>
    public ulong ParentId { get; init; }

    /// <summary>Its start, ns since boot.</summary>
    public long Start { get; init; }

    /// <summary>Its end, ns since boot; 0 while it lives.</summary>
    public long Exit { get; init; }

    /// <summary>When it executed its program, ns since boot; 0 unknown, or inherited at fork.</summary>
    public long ExecTime { get; init; }

    /// <summary>Its pid on the host.</summary>
    public uint Pid { get; init; }

    /// <summary>Its pid in its own namespace; 0 unknown.</summary>
    public uint NsPid { get; init; }

    /// <summary>Its parent's pid on the host; 0 unknown.</summary>
    public uint ParentPid { get; init; }

    /// <summary>Whether it had begun and not ended.</summary>
    public bool IsAlive { get; init; }

    /// <summary>Number of its parent in the store; 0 unknown.</summary>
    internal int Parent { get; init; }

    /// <summary>Number of its image; 0 unknown.</summary>
    internal int Image { get; init; }

    /// <summary>Number of its container's id among the files; 0 on the host.</summary>
    internal int Container { get; init; }
}
