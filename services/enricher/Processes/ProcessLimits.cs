using TraceeMesh.Contracts;

namespace TraceeMesh.Enricher.Processes;

/// <summary>The bounds of the process tree. The defaults hold a million processes in 1 GiB; nothing is taken before it is needed.</summary>
public sealed record ProcessLimits
{
    /// <summary>The defaults.</summary>
    public static readonly ProcessLimits Default = new();

    /// <summary>Processes kept, dead ones included.</summary>
    public int Processes { get; init; } = 1 << 20;

    /// <summary>Threads kept, dead ones and the first ones of processes included.</summary>
    public int Threads { get; init; } = 1 << 21;

    /// <summary>Facts of each kind kept: names and owners; images; parents.</summary>
    public int Facts { get; init; } = 1 << 22;

    /// <summary>Facts of one kind kept of one process or thread; an older one then goes before its time.</summary>
    public int Depth { get; init; } = 128;

    /// <summary>Bytes of paths, command lines and container ids.</summary>
    public long TextBytes { get; init; } = 384L << 20;

    /// <summary>How long what ended or was superseded is kept where there is room, in time of the stream: as long as its events can be judged.</summary>
    public TimeSpan Retention { get; init; } = StreamTable.EventsMaxAge;

    /// <summary>Bytes of a command line that are kept.</summary>
    public const int CommandBytes = 512;

    /// <summary>Children, or threads, in one answer.</summary>
    public const int Listed = 4096;

    /// <summary>Ancestors in one answer.</summary>
    public const int Ancestors = 64;
}
