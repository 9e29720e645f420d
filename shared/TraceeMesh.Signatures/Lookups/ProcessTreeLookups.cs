using TraceeMesh.Contracts.Lookups;

namespace TraceeMesh.Signatures;

/// <summary>An answer of <c>tracee/process_tree</c> about a process.</summary>
/// <param name="lookup">The answer.</param>
public readonly struct ProcessLookup(Lookup lookup)
{
    /// <summary>How the lookup ended.</summary>
    public LookupStatus Status => lookup.Status;

    /// <summary>Whether there is an answer.</summary>
    public bool Found => lookup.Found;

    /// <summary>The process; everything empty unless <see cref="Found"/>.</summary>
    public ProcessInfo Process => new(lookup.Values["process_info"]);
}

/// <summary>An answer of <c>tracee/process_tree</c> about a thread.</summary>
/// <param name="lookup">The answer.</param>
public readonly struct ThreadLookup(Lookup lookup)
{
    /// <summary>How the lookup ended.</summary>
    public LookupStatus Status => lookup.Status;

    /// <summary>Whether there is an answer.</summary>
    public bool Found => lookup.Found;

    /// <summary>The thread; everything empty unless <see cref="Found"/>.</summary>
    public ThreadInfo Thread => new(lookup.Values["thread_info"]);
}

/// <summary>An answer of <c>tracee/process_tree</c> about a process and its ancestors.</summary>
/// <param name="lookup">The answer.</param>
public readonly struct LineageLookup(Lookup lookup)
{
    /// <summary>How the lookup ended.</summary>
    public LookupStatus Status => lookup.Status;

    /// <summary>Whether there is an answer.</summary>
    public bool Found => lookup.Found;

    /// <summary>How many processes: the one asked for and its ancestors as far as they were asked for and are known.</summary>
    public int Count => lookup.Values["process_lineage"].List.Length;

    /// <summary>Number 0 is the process asked for; number n is its n-th ancestor, as of the start of its child.</summary>
    public ProcessInfo this[int index] => new(lookup.Values["process_lineage"].List[index]);
}
