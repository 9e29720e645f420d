using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Ledger;

namespace TraceeMesh.Contracts.Frames;

/// <summary>The header of a raw frame (protocol.md section 2). Behind it the frame carries the records as the kernel wrote them.</summary>
public sealed record RawFrameHeader
{
    /// <summary>Name of the node.</summary>
    public required string Node { get; init; }

    /// <summary>Boot id of its kernel.</summary>
    public required string BootId { get; init; }

    /// <summary>Random, new with each load of the programs.</summary>
    public required uint LoadId { get; init; }

    /// <summary>Offset of the first record in the node's order.</summary>
    public required long FirstOffset { get; init; }

    /// <summary>How many records it holds; 0 is the once-a-second frame of silence.</summary>
    public required int Count { get; init; }

    /// <summary>Every offset below it is stored or declared lost.</summary>
    public required long Settled { get; init; }

    /// <summary>Offsets lost before the frame's first record and not declared before.</summary>
    public IReadOnlyList<LossRange> Losses { get; init; } = [];

    /// <summary>Records the kernel side produced and dropped in this load, by reason.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> KernelDrops { get; init; } = [];

    /// <summary>What to add to ns since boot to get ns since the epoch.</summary>
    public required long BootEpoch { get; init; }

    /// <summary>Which events consumers wanted when the records were read; what else is in the frame only feeds the stores.</summary>
    public required EventSet Selected { get; init; }

    /// <summary>Over how many partitions the node's events spread.</summary>
    public int Spread { get; init; } = 1;

    /// <summary>Host name of the node, for tasks in the init uts namespace.</summary>
    public required string HostName { get; init; }

    /// <summary>The load ends with this frame: the programs are gone and everything they produced is accounted for.</summary>
    public bool Final { get; init; }

    /// <summary>First offset behind the frame.</summary>
    public long EndOffset => FirstOffset + Count;
}

/// <summary>The header of an event frame: the events of one raw frame that fall into one partition.</summary>
public sealed record EventFrameHeader
{
    /// <summary>A header of nothing.</summary>
    public static readonly EventFrameHeader Empty = new() { Node = "", BootId = "", HostName = "", LoadId = 0, Partition = 0, FirstOffset = 0, Count = 0, Settled = 0, Watermark = 0 };

    /// <summary>Name of the node.</summary>
    public required string Node { get; init; }

    /// <summary>Boot id of its kernel.</summary>
    public required string BootId { get; init; }

    /// <summary>Host name of the node.</summary>
    public required string HostName { get; init; }

    /// <summary>See <see cref="RawFrameHeader.LoadId"/>.</summary>
    public required uint LoadId { get; init; }

    /// <summary>The partition.</summary>
    public required int Partition { get; init; }

    /// <summary>Number of the frame's first event among those of this node, load, series and partition.</summary>
    public required long FirstOffset { get; init; }

    /// <summary>How many events it holds.</summary>
    public required int Count { get; init; }

    /// <summary>Every event below this number is stored.</summary>
    public required long Settled { get; init; }

    /// <summary>The position up to which the stores of the node had applied its order when the frame was cut.</summary>
    public required long Watermark { get; init; }

    /// <summary>Positions of the node that were lost before the watermark and not told before in this partition.</summary>
    public IReadOnlyList<LossRange> Losses { get; init; } = [];

    /// <summary>The books of the node at the watermark; an enricher that restarts goes on from them.</summary>
    public FrameAccount Account { get; init; } = FrameAccount.Empty;

    /// <summary>Number behind the last event of the frame.</summary>
    public long EndOffset => FirstOffset + Count;
}

/// <summary>The enricher's running totals of a load at a watermark.</summary>
public sealed record FrameAccount
{
    /// <summary>Nothing yet.</summary>
    public static readonly FrameAccount Empty = new();

    /// <summary>
    /// Random: which numbers of events these are. An enricher goes on with the series of the event frames that it finds stored; where
    /// there are none, it cannot know which numbers an earlier one gave last, and begins a series of its own.
    /// </summary>
    public uint Series { get; init; }

    /// <summary>How many events each partition had got, as far as the books knew, before the series; it numbers on from there.</summary>
    public IReadOnlyList<KeyValuePair<int, long>> SeriesFrom { get; init; } = [];

    /// <summary>Events that the enricher made from others.</summary>
    public long Derived { get; init; }

    /// <summary>Events not judged, by the rule that says why (<see cref="FilterRules"/>).</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Filtered { get; init; } = [];

    /// <summary>Events lost before the partitions, by reason (<see cref="LossReasons"/>).</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Lost { get; init; } = [];

    /// <summary>How many events each partition got so far.</summary>
    public IReadOnlyList<KeyValuePair<int, long>> Emitted { get; init; } = [];

    /// <summary>Offsets below the watermark whose events wait for their container, ascending; an enricher that restarts decodes these again.</summary>
    public IReadOnlyList<OffsetRange> Parked { get; init; } = [];

    /// <summary>Offsets below the watermark from which an event was derived that waits for its container, ascending.</summary>
    public IReadOnlyList<long> ParkedDerived { get; init; } = [];
}
