using Microsoft.Extensions.Configuration;

namespace TraceeMesh.Enricher.Containers.Kubernetes;

/// <summary>Where the API server is, if there is one.</summary>
public static class KubernetesConfiguration
{
    /// <summary>
    /// TRACEEMESH_KUBECONFIG names a kubeconfig file, and empty switches Kubernetes off; without it a pod's own credentials are
    /// used where the enricher runs in one.
    /// </summary>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="KubernetesAccessException">The file cannot be used.</exception>
    public static KubernetesAccess? Find(IConfiguration configuration) => configuration["KUBECONFIG"] switch
    {
        null => InClusterAccess.Find(Environment.GetEnvironmentVariable),
        "" => null,
        var path => Kubeconfig.Read(path),
    };

    /// <summary>TRACEEMESH_KUBERNETES_NODE: the node's name in Kubernetes, where it is not its name in the mesh.</summary>
    public static string Node(IConfiguration configuration, string node) =>
        configuration["KUBERNETES_NODE"] is { Length: > 0 } name ? name : node;
}
