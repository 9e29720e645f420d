using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Enricher.Containers;

/// <summary>
/// One life of a container: from its directory's appearance to its removal. A container that is started again keeps its id
/// and begins another life.
/// </summary>
public sealed class Container
{
    /// <summary>A container seen first at <paramref name="from"/>.</summary>
    public Container(byte[] id, ContainerRuntime runtime, StorePosition from, long ctime)
    {
        Id = new Utf8Text(id);
        Key = Hash.Of(id);
        Runtime = runtime;
        From = from;
        Ctime = ctime;
    }

    /// <summary>Full id, as in the cgroup path.</summary>
    public Utf8Text Id { get; }

    /// <summary>Hash of the id: the partition key of its events.</summary>
    public ulong Key { get; }

    /// <summary>Its runtime.</summary>
    public ContainerRuntime Runtime { get; }

    /// <summary>When its directory was made, ns since the epoch.</summary>
    public long Ctime { get; internal set; }

    /// <summary>First position at which it exists.</summary>
    public StorePosition From { get; }

    /// <summary>Position from which it no longer exists; <see cref="StorePosition.Open"/> while it does.</summary>
    public StorePosition To { get; internal set; } = StorePosition.Open;

    /// <summary>Time from which it no longer exists, ns since the epoch.</summary>
    public long ToTime { get; internal set; } = long.MaxValue;

    /// <summary>Whether its entry point runs.</summary>
    public bool Started { get; internal set; }

    /// <summary>Whether one of its own directories was seen, or only one below them.</summary>
    internal bool RootSeen { get; set; }

    /// <summary>How many of its own directories exist; one per hierarchy.</summary>
    internal int Roots { get; set; }

    /// <summary>How many directories of it exist, those below its own included.</summary>
    internal int Directories { get; set; }

    /// <summary>When a record said last that it exists.</summary>
    internal Moment Confirmed { get; set; }

    /// <summary>The snapshot that said last that it exists.</summary>
    internal int Snapshot { get; set; }

    /// <summary>Whether it exists at a position.</summary>
    public bool ExistsAt(StorePosition position) => From <= position && position < To;

    /// <summary>Whether it exists at a time, ns since the epoch.</summary>
    public bool ExistsAtTime(long time) => Ctime <= time && time < ToTime;
}
