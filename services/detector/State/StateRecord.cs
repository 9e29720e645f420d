using TraceeMesh.Contracts;

namespace TraceeMesh.Detector.State;

/// <summary>The state of a partition as it is stored, one value of the bucket of leases under <c>s&lt;partition&gt;</c>.</summary>
public sealed record StateRecord
{
    /// <summary>The value of <see cref="ColdUntil"/> before the first event is judged behind the loss.</summary>
    public const long ColdFromNow = -1;

    /// <summary>Fence of the lease of whoever wrote it; a lower one never replaces a higher one.</summary>
    public required long Fence { get; init; }

    /// <summary>When the events stream of <see cref="Sequence"/> was created.</summary>
    public required string StreamCreated { get; init; }

    /// <summary>Sequence of the last frame it includes; every finding up to there is stored.</summary>
    public required long Sequence { get; init; }

    /// <summary>Until when something lost before may be missed, ns since the epoch; 0: nothing was lost.</summary>
    public required long ColdUntil { get; init; }

    /// <summary>By signature the keys, values and ends of its entries, in the order of their writing.</summary>
    public required IReadOnlyList<KeyValuePair<string, IReadOnlyList<(string Key, DataValue Value, long Expires)>>> Signatures { get; init; }
}
