namespace TraceeMesh.Enricher.Processes.Storage;

/// <summary>A thread; that of a process with its tid as pid is its first.</summary>
internal struct ThreadEntry : IEntity
{
    public ulong EntityId;
    public long StartTime;
    public FactStamp Exit;
    public Links Siblings;
    public Links Namesakes;

    // Ended ones that are not their process's first wait to be forgotten.
    public Links Queue;
    public uint Tid;
    public uint NsTid;
    public int Process;

    // Newest fact of its log.
    public int Identity;

    // The last snapshot that showed it.
    public int Snapshot;

    // The round of changes in which it was named last.
    public int ToldIn;

    public readonly ulong Id => EntityId;

    public readonly uint Number => Tid;

    public readonly long Start => StartTime;

    public readonly bool Lives => Exit.IsNever;

    /// <summary>Those of the same process.</summary>
    internal readonly struct Sibling : ILinksOf<ThreadEntry>
    {
        public static ref Links Of(ref ThreadEntry entry) => ref entry.Siblings;
    }

    /// <summary>Those with the same tid.</summary>
    internal readonly struct Namesake : ILinksOf<ThreadEntry>
    {
        public static ref Links Of(ref ThreadEntry entry) => ref entry.Namesakes;
    }

    /// <summary>Those that ended.</summary>
    internal readonly struct Queued : ILinksOf<ThreadEntry>
    {
        public static ref Links Of(ref ThreadEntry entry) => ref entry.Queue;
    }
}
