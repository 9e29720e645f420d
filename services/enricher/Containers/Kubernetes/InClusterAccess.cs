using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TraceeMesh.Enricher.Containers.Kubernetes;

/// <summary>What a cluster gives each of its pods to reach the API server with.</summary>
public static class InClusterAccess
{
    private const string Mount = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>Reads it; null outside a cluster.</summary>
    /// <param name="environment">Reads an environment variable.</param>
    /// <param name="mount">Where token and authority lie; the place that a cluster uses by default.</param>
    /// <exception cref="KubernetesAccessException">The authority's file cannot be used.</exception>
    public static KubernetesAccess? Find(Func<string, string?> environment, string mount = Mount)
    {
        var token = Path.Combine(mount, "token");
        if (environment("KUBERNETES_SERVICE_HOST") is not { Length: > 0 } host
            || !ushort.TryParse(environment("KUBERNETES_SERVICE_PORT"), out var port)
            || !File.Exists(token))
        {
            return null;
        }

        return new KubernetesAccess
        {
            Server = new UriBuilder(Uri.UriSchemeHttps, host.Trim('[', ']'), port).Uri,
            Authorities = Authorities(Path.Combine(mount, "ca.crt")),
            TokenFile = token,
        };
    }

    private static X509Certificate2Collection Authorities(string file)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            if (File.Exists(file))
            {
                authorities.ImportFromPemFile(file);
            }

            return authorities;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new KubernetesAccessException($"{file}: {e.Message}", e);
        }
    }
}
