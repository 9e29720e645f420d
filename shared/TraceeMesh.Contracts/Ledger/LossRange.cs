namespace TraceeMesh.Contracts.Ledger;

/// <summary>Events lost: the offsets from <paramref name="From"/> up to, not including, <paramref name="To"/>.</summary>
/// <param name="From">First offset.</param>
/// <param name="To">Offset behind the last.</param>
/// <param name="Reason">One of <see cref="LossReasons"/>.</param>
public readonly record struct LossRange(long From, long To, string Reason)
{
    /// <summary>How many.</summary>
    public long Count => To - From;
}

/// <summary>Why an event was not judged although it was produced.</summary>
public static class LossReasons
{
    /// <summary>The kernel's ring had no room.</summary>
    public const string RingFull = "ring_full";

    /// <summary>Nobody drained the ring for a minute, so the programs stopped emitting.</summary>
    public const string NotDrained = "not_drained";

    /// <summary>The kernel side was interrupted too deeply to have a record to write into.</summary>
    public const string NoScratch = "no_scratch";

    /// <summary>The kernel's ring was so full that events of this kind were given up for those that matter more.</summary>
    public const string Shed = "shed";

    /// <summary>A record could not be decoded.</summary>
    public const string BadRecord = "bad_record";

    /// <summary>A frame could not be decoded.</summary>
    public const string BadFrame = "bad_frame";

    /// <summary>The stream had reached its limit and removed the frame before it was read.</summary>
    public const string StreamLimit = "stream_limit";

    /// <summary>Nobody judged the event while the stream kept it, which is as long as a repeated finding is recognised.</summary>
    public const string ExpiredBeforeJudged = "expired_before_judged";

    /// <summary>The bus stopped and forgot the frame.</summary>
    public const string BusRestart = "bus_restart";

    /// <summary>Someone removed the frame from the stream.</summary>
    public const string StreamDeleted = "stream_deleted";

    /// <summary>A collector ended without accounting for what it had.</summary>
    public const string Unknown = "unknown";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
        [RingFull, NotDrained, NoScratch, Shed, BadRecord, BadFrame, StreamLimit, ExpiredBeforeJudged, BusRestart, StreamDeleted, Unknown];
}

/// <summary>Why an event is rightly not judged.</summary>
public static class FilterRules
{
    /// <summary>No consumer had selected it.</summary>
    public const string NotSelected = "not_selected";

    /// <summary>It tells what existed before the start and feeds the stores only.</summary>
    public const string Snapshot = "snapshot";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [NotSelected, Snapshot];
}
