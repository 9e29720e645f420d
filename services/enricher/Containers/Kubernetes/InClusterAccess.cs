using System.Security.Cryptography.X509Certificates;

namespace TraceeMesh.Enricher.Containers.Kubernetes;

/// <summary>What a cluster gives each of its pods to reach the API server with.</summary>
public static class InClusterAccess
{
    private const string Mount = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>Reads it; null outside a cluster.</summary>
    /// <param name="environment">Reads an environment variable.</param>
    /// <param name="mount">Where token and authority lie; the place that a cluster uses by default.</param>
    public static KubernetesAccess? Find(Func<string, string?> environment, string mount = Mount)
    {
        var token = Path.Combine(mount, "token");
        if (environment("KUBERNETES_SERVICE_HOST") is not { Length: > 0 } host
            || !ushort.TryParse(environment("KUBERNETES_SERVICE_PORT"), out var port)
            || !File.Exists(token))
        {
            return null;
        }

        var authorities = new X509Certificate2Collection();
        var authority = Path.Combine(mount, "ca.crt");
        if (File.Exists(authority))
        {
            authorities.ImportFromPemFile(authority);
        }

        return new KubernetesAccess
        {
            Server = new UriBuilder(Uri.UriSchemeHttps, host.Trim('[', ']'), port).Uri,
            Authorities = authorities,
            TokenFile = token,
        };
    }
}
