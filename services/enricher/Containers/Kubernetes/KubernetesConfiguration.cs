using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using TraceeMesh.Contracts;
using TraceeMesh.ServiceDefaults;

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

    /// <summary>The watch on the pods of the node; null where there is no API server to ask.</summary>
    /// <exception cref="ServiceExitException">What was configured cannot be used.</exception>
    public static PodWatch? Watch(IConfiguration configuration, string node, TimeProvider time, ILogger log)
    {
        try
        {
            return Find(configuration) is { } access ? new PodWatch(access, Node(configuration, node), time, log) : null;
        }
        catch (KubernetesAccessException e)
        {
            throw new ServiceExitException(ExitCode.Usage, $"the API server's pods cannot be watched: {e.Message}; correct it, or set TRACEEMESH_KUBECONFIG to another file, or to nothing to do without");
        }
    }

    /// <summary>TRACEEMESH_KUBERNETES_NODE: the node's name in Kubernetes, where it is not its name in the mesh.</summary>
    public static string Node(IConfiguration configuration, string node) =>
        configuration["KUBERNETES_NODE"] is { Length: > 0 } name ? name : node;
}
