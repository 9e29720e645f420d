using System.Text.Json;

namespace TraceeMesh.Detector.Lookups;

/// <summary>What a data source says of itself as a micro service of the bus (ADR-32).</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Id">Its id.</param>
/// <param name="Version">Its version.</param>
/// <param name="OfNode">Whether each node has its own; else it is the mesh's.</param>
/// <param name="Keys">The kinds of key it takes.</param>
/// <param name="Schema">Its schema.</param>
public sealed record DataSourceInfo(string Namespace, string Id, int Version, bool OfNode, IReadOnlyList<string> Keys, string Schema)
{
    /// <summary>Name under which data sources register.</summary>
    public const string ServiceName = "tracee-ds";

    private const int MaxBytes = 64 * 1024;

    /// <summary>Who answers; a service that starts anew is another instance.</summary>
    public string Instance { get; init; } = "";

    /// <summary>The node whose source it is; empty of the mesh's.</summary>
    public string Node { get; init; } = "";

    /// <summary>Whose it is, as it says.</summary>
    public string Scope => OfNode ? "node" : "mesh";

    /// <summary>Whether two owners mean the same source.</summary>
    public bool SaysTheSameAs(DataSourceInfo other) => OfNode == other.OfNode && Version == other.Version && Schema == other.Schema && Keys.SequenceEqual(other.Keys);

    /// <summary>Reads the answer to <c>$SRV.INFO</c>; null where it is not that of a data source.</summary>
    public static DataSourceInfo? TryParse(ReadOnlyMemory<byte> json)
    {
        if (json.Length > MaxBytes)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || Text(document.RootElement, "name") != ServiceName
                || !document.RootElement.TryGetProperty("metadata", out var metadata)
                || metadata.ValueKind != JsonValueKind.Object
                || !int.TryParse(Text(metadata, "version"), out var version)
                || Text(metadata, "namespace") is not { Length: > 0 } @namespace
                || Text(metadata, "id") is not { Length: > 0 } id
                || Text(metadata, "scope") is not ("node" or "mesh"))
            {
                return null;
            }

            return new DataSourceInfo(
                @namespace,
                id,
                version,
                Text(metadata, "scope") == "node",
                Text(metadata, "keys").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
                Text(metadata, "schema"))
            {
                Instance = Text(document.RootElement, "id"),
                Node = Text(metadata, "scope") == "node" ? Text(metadata, "node") : "",
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
