namespace TraceeMesh.Enricher.Containers.Kubernetes;

/// <summary>The configuration of the access to the API server cannot be used.</summary>
public sealed class KubernetesAccessException(string message, Exception? inner = null) : Exception(message, inner);
