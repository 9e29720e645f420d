using System.Text.Json.Serialization;

namespace TraceeMesh.Enricher.Containers.Runtimes.Docker;

/// <summary>What is read of <c>GET /containers/{id}/json</c>.</summary>
internal sealed record InspectedContainer(string? Id, string? Name, string? Image, InspectedConfig? Config);

/// <summary>Its part <c>Config</c>.</summary>
internal sealed record InspectedConfig(string? Image, Dictionary<string, string>? Labels);

/// <summary>What is read of <c>GET /images/{id}/json</c>.</summary>
internal sealed record InspectedImage(string? Id, string?[]? RepoTags, string?[]? RepoDigests);

/// <summary>What an error says.</summary>
internal sealed record EngineError([property: JsonPropertyName("message")] string? Message);

/// <summary>Reads the replies.</summary>
[JsonSerializable(typeof(InspectedContainer))]
[JsonSerializable(typeof(InspectedImage))]
[JsonSerializable(typeof(EngineError))]
internal sealed partial class DockerJson : JsonSerializerContext;
