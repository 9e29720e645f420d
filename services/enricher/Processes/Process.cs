using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Enricher.Processes;

/// <summary>What the enricher knows of one process.</summary>
public sealed class Process
{
    /// <summary>Its entity id.</summary>
    public ulong Id { get; internal set; }

    /// <summary>Entity id of the process that forked it, or of its parent at the snapshot; 0 unknown.</summary>
    public ulong ParentId { get; internal set; }

    /// <summary>Process id on the host.</summary>
    public uint HostPid { get; internal set; }

    /// <summary>Process id of that parent on the host.</summary>
    public uint HostParentPid { get; internal set; }

    /// <summary>Inode of its mount namespace when it last forked, executed or was in a snapshot.</summary>
    public uint MountNamespace { get; internal set; }

    /// <summary>Path of its executable; empty unknown.</summary>
    public ReadOnlyMemory<byte> Executable { get; internal set; }

    /// <summary>Its name.</summary>
    public Comm Comm { get; internal set; }

    /// <summary>Whether a runtime's shim executes in it, whose children are sessions of their own.</summary>
    public bool IsShim { get; internal set; }

    /// <summary>Whether it has ended.</summary>
    public bool Dead { get; internal set; }

    /// <summary>See <see cref="ProcessStore.SessionRootOf"/>; 0 until it is worked out.</summary>
    internal ulong SessionRoot { get; set; }

    /// <summary>Where it stands in its queue of eviction.</summary>
    internal LinkedListNode<Process> Node { get; set; } = null!;
}
