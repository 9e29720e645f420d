using System.Text.Json;
using System.Text.Json.Serialization;

namespace TraceeMesh.Enricher.Containers.Kubernetes;

/// <summary>What is read of a list of pods. Its items are read one by one, so that one that cannot be read costs only itself.</summary>
internal sealed record PodList(ListMetadata? Metadata, JsonElement[]? Items);

/// <summary>Metadata of a list: where a watch goes on, and how the list does.</summary>
internal sealed record ListMetadata(string? ResourceVersion, string? Continue);

/// <summary>What is read of a pod.</summary>
internal sealed record PodObject(ObjectMetadata? Metadata);

/// <summary>Metadata of a pod.</summary>
internal sealed record ObjectMetadata(
    string? Uid, string? Name, string? Namespace, string? ResourceVersion, Dictionary<string, string>? Labels, OwnerReference?[]? OwnerReferences);

/// <summary>One of a pod's owners.</summary>
internal sealed record OwnerReference(string? Kind, string? Name, bool? Controller);

/// <summary>One line of a watch. What its object is depends on the type.</summary>
internal sealed record WatchEvent(string? Type, JsonElement Object);

/// <summary>The object of an error.</summary>
internal sealed record WatchError(int? Code, string? Message);

/// <summary>Reads them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PodList))]
[JsonSerializable(typeof(PodObject))]
[JsonSerializable(typeof(WatchEvent))]
[JsonSerializable(typeof(WatchError))]
internal sealed partial class PodJson : JsonSerializerContext;
