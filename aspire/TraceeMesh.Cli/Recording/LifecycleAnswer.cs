using System.Globalization;
using System.Text.Json;
using TraceeMesh.Capture;

namespace TraceeMesh.Cli.Recording;

/// <summary>What a lifecycle event tells of its container: the answer that the enricher had from the runtime by then.</summary>
internal static class LifecycleAnswer
{
    private static readonly string[] Telling = ["container_create", "existing_container", "container_enriched"];

    /// <summary>The answer in a message.</summary>
    /// <param name="message">The message of <c>tracee.lifecycle</c>.</param>
    /// <param name="node">Messages of other nodes are passed over.</param>
    /// <param name="load">The load of the frames that are recorded; an answer of another one is true from the beginning.</param>
    /// <returns>Null where it tells nothing about a container of the node.</returns>
    public static CapturedAnswer? Read(ReadOnlyMemory<byte> message, string node, uint? load)
    {
        try
        {
            using var document = JsonDocument.Parse(message);
            var json = document.RootElement;
            var mesh = json.GetProperty("mesh");
            if (!Telling.Contains(json.GetProperty("eventName").GetString()) || mesh.GetProperty("node").GetString() != node)
            {
                return null;
            }

            var isOfLoad = uint.TryParse(mesh.GetProperty("loadId").GetString(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var told) && told == load;
            return Read(json, isOfLoad ? mesh.GetProperty("position").GetInt64() : -1, mesh.TryGetProperty("enrichment", out var reason) ? reason.GetString() ?? "" : "");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // Not one of ours; what the enricher makes of its container then is what the frames alone tell.
            return null;
        }
    }

    private static CapturedAnswer Read(JsonElement json, long position, string enrichment)
    {
        var arguments = json.GetProperty("args").EnumerateArray().ToDictionary(a => a.GetProperty("name").GetString()!, a => a.GetProperty("value"));
        return new CapturedAnswer(Text("container_id"), position, enrichment)
        {
            Name = Text("container_name"),
            Image = Text("container_image"),
            ImageDigest = Text("container_image_digest"),
            PodName = Text("pod_name"),
            PodNamespace = Text("pod_namespace"),
            PodUid = Text("pod_uid"),
            PodSandbox = arguments.TryGetValue("pod_sandbox", out var sandbox) && sandbox.ValueKind == JsonValueKind.True,
            Labels = json.TryGetProperty("container", out var container) && container.TryGetProperty("labels", out var labels)
                ? labels.EnumerateObject().ToDictionary(l => l.Name, l => l.Value.GetString() ?? "")
                : new Dictionary<string, string>(),
        };

        string Text(string name) => arguments.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
    }
}
