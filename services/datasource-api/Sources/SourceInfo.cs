using System.Text.Json;

namespace TraceeMesh.DataSourceApi.Sources;

/// <summary>Reads what a data source answers to <c>$SRV.INFO</c> (docs/data-source-protocol.md).</summary>
public static class SourceInfo
{
    private const int MaxBytes = 64 * 1024;

    /// <summary>Reads one answer; false where it is none.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> json, out KnownSource source)
    {
        source = null!;
        if (json.Length is 0 or > MaxBytes)
        {
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object
                || !root.TryGetProperty("metadata", out var metadata) || metadata.ValueKind != JsonValueKind.Object
                || Text(metadata, "namespace") is not { } @namespace || Text(metadata, "id") is not { } id
                || !SourceDefinition.IsName(@namespace) || !SourceDefinition.IsName(id))
            {
                return false;
            }

            source = new KnownSource
            {
                Namespace = @namespace,
                Id = id,
                Description = Text(root, "description") ?? "",
                Version = Text(metadata, "version") ?? "",
                Writable = Text(metadata, "writable") == "true",
                Keys = Text(metadata, "keys") ?? "",
                Values = Text(metadata, "values") ?? "",
                Schema = Text(metadata, "schema") ?? "",
                Nodes = Text(metadata, "scope") == "node" && Text(metadata, "node") is { Length: > 0 } node ? [node] : [],
            };
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
}
