using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Enricher.Processes;

/// <summary>What a thread was at some time. Before its begin everything that changes is 0.</summary>
public readonly struct ThreadView
{
    /// <summary>How much is known.</summary>
    public EntityStatus Status { get; init; }

    /// <summary>Its entity id.</summary>
    public ulong Id { get; init; }

    /// <summary>Entity id of its process.</summary>
    public ulong ProcessId { get; init; }

    /// <summary>Its start, ns since boot.</summary>
    public long Start { get; init; }

    /// <summary>Its end, ns since boot; 0 while it lives.</summary>
    public long Exit { get; init; }

    /// <summary>Its tid on the host.</summary>
    public uint Tid { get; init; }

    /// <summary>Its tid in its own namespace; 0 unknown.</summary>
    public uint NsTid { get; init; }

    /// <summary>Pid of its process on the host.</summary>
    public uint Pid { get; init; }

    /// <summary>User id on the host.</summary>
    public uint Uid { get; init; }

    /// <summary>Group id on the host.</summary>
    public uint Gid { get; init; }

    /// <summary>Its name.</summary>
    public Comm Name { get; init; }

    /// <summary>Whether it had begun and not ended.</summary>
    public bool IsAlive { get; init; }
}
