using System.Text.Json.Serialization;
using TraceeMesh.Contracts.Ledger;

namespace TraceeMesh.Cli.Ledger;

/// <summary>The books of one node at a cut: <c>produced + derived = judged + filtered + lost + inFlight</c>.</summary>
public sealed record NodeReport
{
    public required string Node { get; init; }

    /// <summary>The load of the programs the numbers belong to, hexadecimal.</summary>
    public required string LoadId { get; init; }

    /// <summary>Whether every event is judged, filtered or lost by name.</summary>
    public required bool Balanced { get; init; }

    /// <summary>Why not; empty when balanced.</summary>
    public string Reason { get; init; } = "";

    public long Produced { get; init; }

    public long Derived { get; init; }

    public long Judged { get; init; }

    /// <summary>By rule.</summary>
    public IReadOnlyDictionary<string, long> Filtered { get; init; } = new Dictionary<string, long>();

    /// <summary>By reason.</summary>
    public IReadOnlyDictionary<string, long> Lost { get; init; } = new Dictionary<string, long>();

    public long InFlight { get; init; }

    /// <summary>The last losses.</summary>
    public IReadOnlyList<LossRange> Losses { get; init; } = [];

    /// <summary>Loads that ended without closing their books.</summary>
    public IReadOnlyList<string> Unclosed { get; init; } = [];

    [JsonIgnore]
    public bool AnyLost => Lost.Values.Any(n => n > 0) || Unclosed.Count > 0;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NodeReport))]
internal sealed partial class LedgerJson : JsonSerializerContext;
