namespace TraceeMesh.Enricher.Containers.Runtimes;

/// <summary>The labels by which the kubelet and the runtimes say what a container is to Kubernetes.</summary>
internal static class PodLabels
{
    public const string ContainerName = "io.kubernetes.container.name";
    public const string PodName = "io.kubernetes.pod.name";
    public const string PodNamespace = "io.kubernetes.pod.namespace";
    public const string PodUid = "io.kubernetes.pod.uid";
    public const string Sandbox = "sandbox";
    public const string DockerKind = "io.kubernetes.docker.type";
    public const string DockerSandboxId = "io.kubernetes.sandbox.id";
    public const string ContainerdKind = "io.cri-containerd.kind";
    public const string CrioKind = "io.kubernetes.cri-o.ContainerType";

    /// <summary>The value of a label; empty where there is none.</summary>
    public static string Read(IDictionary<string, string>? labels, string name) =>
        labels is not null && labels.TryGetValue(name, out var value) ? BoundedText.Value(value) : "";
}
