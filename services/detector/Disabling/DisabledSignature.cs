using System.Text.Json.Serialization;

namespace TraceeMesh.Detector.Disabling;

/// <summary>A signature that held a detector up, one value of the bucket of leases under <c>disabled.&lt;signature&gt;</c>, JSON.</summary>
/// <param name="Signature">Its id.</param>
/// <param name="Version">Its version and build; another one is tried again.</param>
/// <param name="Reason">What it did.</param>
/// <param name="Instance">The detector it did it to.</param>
/// <param name="Timestamp">When, ns since the epoch.</param>
public sealed record DisabledSignature(string Signature, string Version, string Reason, string Instance, long Timestamp);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DisabledSignature))]
internal sealed partial class DisabledJson : JsonSerializerContext;
