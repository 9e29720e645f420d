namespace TraceeMesh.Bus;

/// <summary>Where in the stream a consumer begins.</summary>
public sealed record ConsumerStart
{
    private ConsumerStart(string policy) => Policy = policy;

    /// <summary>At the oldest message.</summary>
    public static ConsumerStart All { get; } = new("all");

    /// <summary>At the next message stored.</summary>
    public static ConsumerStart New { get; } = new("new");

    /// <summary>At the last message of each subject.</summary>
    public static ConsumerStart LastPerSubject { get; } = new("last_per_subject");

    internal string Policy { get; }

    internal long? Sequence { get; private init; }

    internal DateTimeOffset? Time { get; private init; }

    /// <summary>At a sequence, or the next one there is.</summary>
    /// <param name="sequence">The first sequence wanted; at least 1.</param>
    public static ConsumerStart AtSequence(long sequence) => new("by_start_sequence") { Sequence = Math.Max(1, sequence) };

    /// <summary>At the first message stored at or after a time.</summary>
    /// <param name="time">The time.</param>
    public static ConsumerStart AtTime(DateTimeOffset time) => new("by_start_time") { Time = time };
}
