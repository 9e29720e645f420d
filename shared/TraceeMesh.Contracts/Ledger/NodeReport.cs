using System.Text.Json.Serialization;

namespace TraceeMesh.Contracts.Ledger;

/// <summary>The books of one node at a cut: <c>produced + derived = judged + filtered + lost + inFlight</c>.</summary>
public sealed record NodeReport
{
    /// <summary>Name of the node.</summary>
    public required string Node { get; init; }

    /// <summary>The load of the programs the numbers belong to, hexadecimal.</summary>
    public required string LoadId { get; init; }

    /// <summary>Whether every event is judged, filtered or lost by name.</summary>
    public required bool Balanced { get; init; }

    /// <summary>Why not; empty when balanced.</summary>
    public string Reason { get; init; } = "";

    /// <summary>What the kernel side produced.</summary>
    public long Produced { get; init; }

    /// <summary>Events made from others.</summary>
    public long Derived { get; init; }

    /// <summary>Events that detectors judged.</summary>
    public long Judged { get; init; }

    /// <summary>By rule.</summary>
    public IReadOnlyDictionary<string, long> Filtered { get; init; } = new Dictionary<string, long>();

    /// <summary>By reason.</summary>
    public IReadOnlyDictionary<string, long> Lost { get; init; } = new Dictionary<string, long>();

    /// <summary>Events that are on their way.</summary>
    public long InFlight { get; init; }

    /// <summary>The last losses.</summary>
    public IReadOnlyList<LossRange> Losses { get; init; } = [];

    /// <summary>Loads that ended without closing their books.</summary>
    public IReadOnlyList<string> Unclosed { get; init; } = [];

    /// <summary>Whether anything was lost, or may have been.</summary>
    [JsonIgnore]
    public bool AnyLost => Lost.Values.Any(n => n > 0) || Unclosed.Count > 0;
}
