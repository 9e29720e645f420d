using System.Text.Json.Serialization;

namespace TraceeMesh.Enricher.Containers.Runtimes.Docker;

/// <summary>What is read of an entry of <c>GET /containers/json</c>.</summary>
/// <param name="Id">Its whole id.</param>
/// <param name="Names">Its name behind a slash, and one for each link to it: <c>/other/alias</c>.</param>
/// <param name="Image">The image as its user named it, or its id once another image has that name.</param>
/// <param name="ImageId">The image's id.</param>
/// <param name="Labels">Its labels, those of the image included.</param>
internal sealed record ListedContainer(string? Id, string?[]? Names, string? Image, [property: JsonPropertyName("ImageID")] string? ImageId, Dictionary<string, string>? Labels);

/// <summary>What is read of <c>GET /images/{id}/json</c>.</summary>
internal sealed record InspectedImage(string? Id, string?[]? RepoTags, string?[]? RepoDigests);

/// <summary>What an error says.</summary>
internal sealed record EngineError([property: JsonPropertyName("message")] string? Message);

/// <summary>Reads the replies.</summary>
[JsonSerializable(typeof(ListedContainer[]))]
[JsonSerializable(typeof(InspectedImage))]
[JsonSerializable(typeof(EngineError))]
internal sealed partial class DockerJson : JsonSerializerContext;
