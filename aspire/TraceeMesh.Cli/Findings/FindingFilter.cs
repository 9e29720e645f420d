using System.Text.Json;
using TraceeMesh.Contracts.Findings;

namespace TraceeMesh.Cli.Findings;

/// <summary>Which findings are printed: those of which everything that was named holds.</summary>
/// <param name="Least">The least severity; null for all.</param>
/// <param name="Signature">Id or event name of the signature; null for all.</param>
/// <param name="Container">Beginning of a container's id, or its name; null for all.</param>
/// <param name="Pod">Name of a pod; null for all.</param>
/// <param name="Node">Name of a node; null for all.</param>
public sealed record FindingFilter(Severity? Least, string? Signature, string? Container, string? Pod, string? Node)
{
    /// <summary>Whether anything was named.</summary>
    public bool IsEmpty => this == new FindingFilter(null, null, null, null, null);

    /// <summary>Whether a finding is printed; what is none is, so that it is told.</summary>
    public bool Matches(ReadOnlyMemory<byte> payload)
    {
        if (IsEmpty)
        {
            return true;
        }

        try
        {
            using var document = JsonDocument.Parse(payload);
            return Matches(document.RootElement);
        }
        catch (JsonException)
        {
            return true;
        }
    }

    private bool Matches(JsonElement finding)
    {
        var properties = Child(Child(finding, "metadata"), "Properties");
        var container = Child(finding, "container");
        return (Least is not { } least || (Child(properties, "Severity") is { ValueKind: JsonValueKind.Number } severity && severity.GetInt64() >= (int)least))
            && (Signature is null || Text(finding, "eventName") == Signature || Text(properties, "signatureID") == Signature)
            && (Container is null || Text(finding, "containerId").StartsWith(Container, StringComparison.Ordinal) || Text(container, "name") == Container)
            && (Pod is null || Text(Child(finding, "kubernetes"), "podName") == Pod)
            && (Node is null || Text(Child(finding, "mesh"), "node") == Node);
    }

    private static JsonElement Child(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var child) ? child : default;

    private static string Text(JsonElement parent, string name) => Child(parent, name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";
}
