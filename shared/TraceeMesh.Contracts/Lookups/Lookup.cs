namespace TraceeMesh.Contracts.Lookups;

/// <summary>How a lookup of one key ended.</summary>
public enum LookupStatus
{
    /// <summary>There is an answer.</summary>
    Found,

    /// <summary>The key is fine, and there was no entry at that position.</summary>
    NotFound,

    /// <summary>The source does not take keys of that shape.</summary>
    KeyNotSupported,

    /// <summary>The source cannot answer now.</summary>
    Unavailable,

    /// <summary>No answer before the deadline.</summary>
    Timeout,

    /// <summary>The position is older than the source's history.</summary>
    Expired,
}

/// <summary>The names of <see cref="LookupStatus"/> on the wire.</summary>
public static class LookupStatuses
{
    private static readonly string[] Names = ["found", "not_found", "key_not_supported", "unavailable", "timeout", "expired"];

    /// <summary>The name on the wire.</summary>
    public static string Name(this LookupStatus status) => Names[(int)status];

    /// <summary>The status called <paramref name="name"/>; <see cref="LookupStatus.Unavailable"/> for one that is not known.</summary>
    public static LookupStatus Parse(string name)
    {
        var index = Array.IndexOf(Names, name);
        return index < 0 ? LookupStatus.Unavailable : (LookupStatus)index;
    }
}

/// <summary>As of when one key is asked.</summary>
/// <param name="Position">Position of the event.</param>
/// <param name="Time">Its time, ns since the epoch.</param>
public readonly record struct LookupMoment(long Position, long Time);

/// <summary>A question to a data source, for one event (mesh.md section 4).</summary>
public sealed record LookupRequest
{
    /// <summary>Texts, integers, bools or maps. Texts of a request that was read lie in its message.</summary>
    public required IReadOnlyList<LookupKey> Keys { get; init; }

    /// <summary>Node of the event.</summary>
    public string Node { get; init; } = "";

    /// <summary>Load of the event; 0 with <see cref="Position"/> -1: as of now, or of <see cref="Time"/>.</summary>
    public uint LoadId { get; init; }

    /// <summary>The answer is as of this position: all before it, nothing after it. -1 where no event asks.</summary>
    public long Position { get; init; } = -1;

    /// <summary>
    /// ns since the epoch: with a position, the time of the event that asks; without, as of this time. 0 is unknown, and
    /// without a position now.
    /// </summary>
    public long Time { get; init; }

    /// <summary>
    /// Position and time of each key, in their order, where they differ: one request for the events of a whole frame. None:
    /// <see cref="Position"/> and <see cref="Time"/> are those of all keys.
    /// </summary>
    public IReadOnlyList<LookupMoment> At { get; init; } = [];

    /// <summary>How long the source may wait for the position, ms.</summary>
    public int DeadlineMs { get; init; } = 1000;

    /// <summary>Whether who asks reads answers as rows too: names once, then values.</summary>
    public bool TakesRows { get; init; }
}

/// <summary>The answer for one key.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Values">A map when found, else <see cref="DataValue.Nil"/>.</param>
/// <param name="From">First position at which the answer holds.</param>
/// <param name="To">Position from which it no longer holds; with <paramref name="Open"/>: as of which it still holds.</param>
/// <param name="Open">Whether it still holds at <paramref name="To"/>.</param>
/// <param name="Enrichment">Why the values are incomplete; empty when complete.</param>
public sealed record LookupResult(LookupStatus Status, DataValue Values, long From, long To, bool Open, string Enrichment = "")
{
    /// <summary>An answer without values.</summary>
    public static LookupResult Failed(LookupStatus status) => new(status, DataValue.Nil, 0, 0, false);
}

/// <summary>The answers, in the order of the keys.</summary>
/// <param name="Results">One for each key.</param>
/// <param name="HistoryFrom">The position (or -1) from which on the source's history is complete.</param>
public sealed record LookupReply(IReadOnlyList<LookupResult> Results, long HistoryFrom = 0);
