namespace TraceeMesh.Contracts.Ledger;

/// <summary>The books of one node as its enricher keeps them, published on <c>tracee.ledger.&lt;node&gt;</c> as JSON once a second.</summary>
public sealed record NodeAccount
{
    /// <summary>Name of the node.</summary>
    public required string Node { get; init; }

    /// <summary>Boot id of its kernel.</summary>
    public required string BootId { get; init; }

    /// <summary>The current load, hexadecimal.</summary>
    public required string LoadId { get; init; }

    /// <summary>Whose numbers <see cref="Emitted"/> are (<see cref="Frames.FrameAccount.Series"/>).</summary>
    public uint Series { get; init; }

    /// <summary>Every offset of the load below this is accounted for here.</summary>
    public required long Produced { get; init; }

    /// <summary>Events made from others.</summary>
    public required long Derived { get; init; }

    /// <summary>Not judged by a rule.</summary>
    public required IReadOnlyDictionary<string, long> Filtered { get; init; }

    /// <summary>Lost before the partitions, by reason.</summary>
    public required IReadOnlyDictionary<string, long> Lost { get; init; }

    /// <summary>Events handed to each partition.</summary>
    public required IReadOnlyDictionary<int, long> Emitted { get; init; }

    /// <summary>Events that wait for what a runtime knows of their container; in flight.</summary>
    public long Parked { get; init; }

    /// <summary>The last losses, at most <see cref="Limits.LossRangesKept"/>.</summary>
    public IReadOnlyList<LossRange> Losses { get; init; } = [];

    /// <summary>Loads of this boot that ended without closing their books: what they had in the ring is unknown.</summary>
    public IReadOnlyList<string> Unclosed { get; init; } = [];

    /// <summary>The current load has ended, and all of it is accounted for.</summary>
    public bool Closed { get; init; }

    /// <summary>When this was written, ns since the epoch.</summary>
    public required long Timestamp { get; init; }
}

/// <summary>What a detector has judged of one node in one partition; part of the lease record.</summary>
public sealed record JudgedAccount
{
    /// <summary>The value of <see cref="ForgottenBelow"/> that no frame has set yet.</summary>
    public const long UntilNextFrame = -1;

    /// <summary>The load, hexadecimal.</summary>
    public required string LoadId { get; init; }

    /// <summary>The series of numbers (<see cref="Frames.FrameAccount.Series"/>).</summary>
    public uint Series { get; init; }

    /// <summary>Position up to which the node's events have come, but for <see cref="Parked"/>.</summary>
    public long Watermark { get; init; }

    /// <summary>Positions below the watermark whose events waited for their container then: [from, to) pairs, perhaps with others between them.</summary>
    public IReadOnlyList<long[]> Parked { get; init; } = [];

    /// <summary>Positions below the watermark from which an event was derived that waited, in the same form.</summary>
    public IReadOnlyList<long[]> ParkedDerived { get; init; } = [];

    /// <summary>Ranges of event numbers judged: [from, to) pairs.</summary>
    public required IReadOnlyList<long[]> Judged { get; init; }

    /// <summary>Ranges of event numbers lost between enricher and detector.</summary>
    public IReadOnlyList<LossRange> Lost { get; init; } = [];

    /// <summary>
    /// What is missing below this number went with a stream that the bus has forgotten; <see cref="UntilNextFrame"/> where the node's
    /// first frame in the new stream is still to come, and says how much that is.
    /// </summary>
    public long ForgottenBelow { get; init; }

    /// <summary>What was told as lost lately, by reason: what findings of these seconds may have missed.</summary>
    public IReadOnlyList<RecentLoss> Missing { get; init => field = value ?? field; } = [];
}

/// <summary>Events told as lost in the last seconds.</summary>
/// <param name="Reason">One of <see cref="LossReasons"/>.</param>
/// <param name="Count">How many; 0 where nobody knows.</param>
/// <param name="From">First position concerned.</param>
/// <param name="To">Position behind the last.</param>
public sealed record RecentLoss(string Reason, long Count, long From, long To);

/// <summary>A partition's lease (protocol.md section 3), one value of the bucket <c>tracee-leases</c> under <c>p&lt;partition&gt;</c>.</summary>
public sealed record LeaseRecord
{
    /// <summary>The value of <see cref="Owner"/> of a released lease.</summary>
    public const string Free = "free";

    /// <summary>Instance of the detector that owns it, or <see cref="Free"/>.</summary>
    public required string Owner { get; init; }

    /// <summary>Revision of the claim; the consumer's name carries it.</summary>
    public required long Fence { get; init; }

    /// <summary>Sequence of the last frame judged, in the events stream.</summary>
    public required long Sequence { get; init; }

    /// <summary>When the events stream was created, RFC 3339; another time means that the bus forgot it.</summary>
    public required string StreamCreated { get; init; }

    /// <summary>What was judged, by node.</summary>
    public required IReadOnlyDictionary<string, JudgedAccount> Nodes { get; init; }
}

/// <summary>Answer of a collector to <c>{"op":"cut"}</c>: what its kernel side had produced at that moment.</summary>
/// <param name="LoadId">The load, hexadecimal.</param>
/// <param name="Produced">Records produced so far, dropped ones included: the offset that the books must reach.</param>
public sealed record LedgerCut(string LoadId, long Produced);
