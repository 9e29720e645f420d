using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Findings;

namespace TraceeMesh.Signatures;

/// <summary>Who a signature is; every finding carries it.</summary>
/// <param name="Id">Unique among all loaded signatures, such as <c>TRC-102</c>.</param>
/// <param name="EventName">Name of the event that its findings are, such as <c>anti_debugging</c>.</param>
/// <example><code>new SignatureMetadata("EX-1", "unexpected_image") { Severity = Severity.Medium }</code></example>
public sealed record SignatureMetadata(string Id, string EventName)
{
    /// <summary>Its title for people.</summary>
    /// <example><code>new SignatureMetadata("EX-1", "traced") { Name = "Anti-Debugging detected" }</code></example>
    public string Name { get; init; } = EventName;

    /// <summary>Its version.</summary>
    /// <example><code>new SignatureMetadata("EX-1", "traced") { Version = "2" }</code></example>
    public string Version { get; init; } = "1";

    /// <summary>What it detects and why that matters, for people.</summary>
    /// <example><code>new SignatureMetadata("EX-1", "traced") { Description = "A process asked to be traced by its parent." }</code></example>
    public string Description { get; init; } = "";

    /// <summary>Words to sort signatures by.</summary>
    /// <example><code>new SignatureMetadata("EX-1", "traced") { Tags = ["linux"] }</code></example>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>How bad its findings are.</summary>
    /// <example><code>new SignatureMetadata("EX-1", "traced") { Severity = Severity.Medium }</code></example>
    public Severity Severity { get; init; } = Severity.Info;

    /// <summary>The MITRE ATT&amp;CK tactic, lower case with hyphens: <c>defense-evasion</c>.</summary>
    /// <example><code>new SignatureMetadata("EX-1", "traced") { Category = "defense-evasion" }</code></example>
    public string Category { get; init; } = "";

    /// <summary>The name of the MITRE ATT&amp;CK technique.</summary>
    /// <example><code>new SignatureMetadata("EX-1", "traced") { Technique = "Debugger Evasion" }</code></example>
    public string Technique { get; init; } = "";

    /// <summary>The number of the technique: <c>T1622</c>.</summary>
    /// <example><code>new SignatureMetadata("EX-1", "traced") { ExternalId = "T1622" }</code></example>
    public string ExternalId { get; init; } = "";

    /// <summary>The STIX id of the technique: <c>attack-pattern--</c> and a UUID.</summary>
    /// <example><code>new SignatureMetadata("EX-1", "traced") { StixId = "attack-pattern--e4dc8c01-417f-458d-9ee0-bb0617c1b391" }</code></example>
    public string StixId { get; init; } = "";

    /// <summary>What it cannot see, for people; findings do not carry it.</summary>
    /// <example><code>new SignatureMetadata("EX-1", "traced") { Misses = "A process traced by another one." }</code></example>
    public string Misses { get; init; } = "";

    /// <summary>Which ordinary activity it reports too, for people; empty where there is none. Findings do not carry it.</summary>
    /// <example><code>new SignatureMetadata("EX-1", "traced") { FalsePositives = "A debugger's own tests." }</code></example>
    public string FalsePositives { get; init; } = "";

    /// <summary>How to make it report without harm, for people; findings do not carry it.</summary>
    /// <example><code>new SignatureMetadata("EX-1", "traced") { Trigger = "strace true" }</code></example>
    public string Trigger { get; init; } = "";

    /// <summary>Further properties, written beside the ones above.</summary>
    /// <example><code>new SignatureMetadata("EX-1", "traced") { Properties = [new("Kubernetes_Technique", "Exec into container")] }</code></example>
    public IReadOnlyList<KeyValuePair<string, DataValue>> Properties { get; init; } = [];
}
