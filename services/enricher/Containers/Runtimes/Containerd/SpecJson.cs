using System.Text.Json.Serialization;

namespace TraceeMesh.Enricher.Containers.Runtimes.Containerd;

/// <summary>What is read of an OCI runtime specification.</summary>
internal sealed record RuntimeSpec([property: JsonPropertyName("annotations")] Dictionary<string, string>? Annotations);

/// <summary>Reads it.</summary>
[JsonSerializable(typeof(RuntimeSpec))]
internal sealed partial class SpecJson : JsonSerializerContext;
