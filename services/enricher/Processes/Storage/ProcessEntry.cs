
namespace TraceeMesh.Enricher.Processes.Storage;

/// <summary>Where a process stands in the order of eviction.</summary>
internal enum EvictionQueue : byte
{
    /// <summary>It lives.</summary>
    Living,

    /// <summary>It ended, and no process it ever had as a child is kept.</summary>
    Childless,

    /// <summary>It ended, and children of it are kept.</summary>
    Parents,
}

/// <summary>A process.</summary>
internal struct ProcessEntry : IEntity
{
    public ulong EntityId;
    public long StartTime;
    public FactStamp Exit;

    // The session root's entity id, and the parent at birth or at the snapshot, which reparenting does not change.
    public ulong SessionRoot;
    public ulong BirthParentId;

    // Of the process that its children went to when it ended; 0 unknown.
    public ulong ReaperId;
    public Chain Children;
    public Chain FormerChildren;
    public Chain Threads;
    public Chain EndedThreads;
    public Links Namesakes;
    public Links Queue;
    // The latest start of all that ever were its children.
    public long LastBirth;
    public uint Pid;
    public uint NsPid;
    public uint BirthParentPid;
    public uint MountNamespace;

    // Newest facts of its logs.
    public int Image;
    public int Parent;

    // The last snapshot that showed it.
    public int Snapshot;

    // The round of changes in which it was named last.
    public int ToldIn;
    public EvictionQueue Waits;
    public bool IsShim;

    // A record told whose child it is; else it is known as somebody's parent only.
    public bool IsParentTold;

    // Its end was concluded from what came later, not told.
    public bool EndIsInferred;

    public readonly ulong Id => EntityId;

    public readonly uint Number => Pid;

    public readonly long Start => StartTime;

    public readonly bool Lives => Exit.IsNever;

    /// <summary>Those with the same pid.</summary>
    internal readonly struct Namesake : ILinksOf<ProcessEntry>
    {
        public static ref Links Of(ref ProcessEntry entry) => ref entry.Namesakes;
    }

    /// <summary>Those in the same queue of eviction.</summary>
    internal readonly struct Queued : ILinksOf<ProcessEntry>
    {
        public static ref Links Of(ref ProcessEntry entry) => ref entry.Queue;
    }
}
