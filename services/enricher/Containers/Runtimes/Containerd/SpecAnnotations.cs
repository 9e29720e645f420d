using System.Text.Json;

namespace TraceeMesh.Enricher.Containers.Runtimes.Containerd;

/// <summary>The annotations of a container's OCI runtime specification: there containerd says which pod it made the container for.</summary>
internal static class SpecAnnotations
{
    public const string SandboxId = "io.kubernetes.cri.sandbox-id";
    public const string PodName = "io.kubernetes.cri.sandbox-name";
    public const string PodNamespace = "io.kubernetes.cri.sandbox-namespace";
    public const string PodUid = "io.kubernetes.cri.sandbox-uid";

    /// <summary>The annotations; null where there are none that can be read.</summary>
    public static Dictionary<string, string>? Read(PackedSpec? spec)
    {
        try
        {
            return spec is null || spec.Value.IsEmpty ? null : JsonSerializer.Deserialize(spec.Value.Span, SpecJson.Default.RuntimeSpec)?.Annotations;
        }
        catch (JsonException)
        {
            // Another kind of specification: the interface is asked instead.
            return null;
        }
    }
}
