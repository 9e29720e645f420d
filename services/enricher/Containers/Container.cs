using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Enricher.Enrichment;
using TraceeMesh.Enricher.Parking;

namespace TraceeMesh.Enricher.Containers;

/// <summary>
/// One life of a container: from its directory's appearance to its removal. A container that is started again keeps its id
/// and begins another life.
/// </summary>
public sealed class Container
{
    private volatile bool _ended;

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
    public long Ctime
    {
        get;
        internal set
        {
            field = value;
            Answer = null;
        }
    }

    /// <summary>First position at which it exists.</summary>
    public StorePosition From { get; }

    /// <summary>Position from which it no longer exists; <see cref="StorePosition.Open"/> while it does.</summary>
    public StorePosition To { get; private set; } = StorePosition.Open;

    /// <summary>Time from which it no longer exists, ns since the epoch.</summary>
    public long ToTime { get; private set; } = long.MaxValue;

    /// <summary>Its place in the order in which lives of containers were found; 0 until the store has it.</summary>
    public long Number { get; internal set; }

    /// <summary>Whether its entry point runs.</summary>
    public bool Started { get; internal set; }

    /// <summary>CPU of the record that told of it first.</summary>
    public int Cpu { get; private set; }

    /// <summary>Number of that record on its CPU.</summary>
    public ulong Sequence { get; private set; }

    /// <summary>How far it is known what its runtime knows of it.</summary>
    public EnrichmentState State { get; private set; }

    /// <summary>What its runtime knows of it.</summary>
    public ContainerFacts Facts { get; private set; } = ContainerFacts.None;

    /// <summary>Whether it no longer exists. Unlike the rest safe to read without the stores' gate.</summary>
    public bool Ended => _ended;

    /// <summary>Whether events of it went on although not everything is known; later ones then do not wait either.</summary>
    internal bool WentOn { get; set; }

    /// <summary>Whether it was there before this enricher began.</summary>
    internal bool WasThere { get; set; }

    /// <summary>Whether its events wait for its runtime.</summary>
    internal bool Waits => !WentOn && State is not (EnrichmentState.Complete or EnrichmentState.UnsupportedRuntime);

    /// <summary>Whether <see cref="Identify"/> was called.</summary>
    internal bool Identified { get; private set; }

    /// <summary>Its events that wait; null while none do.</summary>
    internal ParkedContainer? Parked { get; set; }

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

    /// <summary>Says which record told of it first.</summary>
    internal void Identify(int cpu, ulong sequence) => (Cpu, Sequence, Identified) = (cpu, sequence, true);

    /// <summary>Whether the store has forgotten it.</summary>
    internal bool Forgotten { get; set; }

    /// <summary>Takes in what its runtime said; a question without an answer takes nothing back.</summary>
    internal void Learn(EnrichmentState state, ContainerFacts? facts)
    {
        (State, Facts) = (state, facts ?? Facts);
        Answer = null;
    }

    /// <summary>What lookups answer of it, made for the first of them; null once it is no longer true.</summary>
    internal DataValue? Answer { get; set; }

    /// <summary>It no longer exists.</summary>
    internal void End(Moment at)
    {
        To = at.Position;
        ToTime = at.Time;
        _ended = true;
    }

    /// <summary>Whether it exists at a position.</summary>
    public bool ExistsAt(StorePosition position) => From <= position && position < To;

    /// <summary>Whether it exists at a time, ns since the epoch.</summary>
    public bool ExistsAtTime(long time) => Ctime <= time && time < ToTime;
}
