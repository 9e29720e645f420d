using System.Text.Json.Serialization;

namespace TraceeMesh.Cli.Triggers;

/// <summary>What a trigger gave, as <c>tmesh demo --json</c> prints it.</summary>
/// <param name="Signature">The event name of the signature.</param>
/// <param name="Finding">The id of its finding; null when there was none.</param>
/// <param name="Reason">Why there was none; null when there was one.</param>
/// <param name="Decoy">Whether the trigger made do with a file it put where this kernel has none.</param>
internal sealed record DemoRow(string Signature, string? Finding, string? Reason, bool Decoy);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DemoRow))]
internal sealed partial class DemoJson : JsonSerializerContext;
