using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace TraceeMesh.Enricher.Containers.Kubernetes;

/// <summary>
/// Reads a kubeconfig file: the cluster and the user of its current context. Of the ways to be a user it knows token, token
/// file and client certificate; it runs no plug-in.
/// </summary>
public static class Kubeconfig
{
    private const int MaxBytes = 1 << 20;

    /// <summary>Reads a file.</summary>
    /// <exception cref="KubernetesAccessException">The file cannot be read or lacks what is needed.</exception>
    public static KubernetesAccess Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
            {
                throw new KubernetesAccessException($"kubeconfig {path} has more than {MaxBytes} bytes");
            }

            using var reader = new StreamReader(path);
            var yaml = new YamlStream();
            yaml.Load(reader);
            return yaml.Documents is [{ RootNode: YamlMappingNode root }]
                ? Read(root, Path.GetDirectoryName(Path.GetFullPath(path))!)
                : throw new KubernetesAccessException("it is not a map");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or YamlException or CryptographicException or FormatException or KubernetesAccessException)
        {
            throw new KubernetesAccessException($"kubeconfig {path}: {e.Message}", e);
        }
    }

    private static KubernetesAccess Read(YamlMappingNode root, string directory)
    {
        var context = Named(root, "contexts", "context", Text(root, "current-context"));
        var cluster = Named(root, "clusters", "cluster", Text(context, "cluster"));
        var user = Named(root, "users", "user", Text(context, "user"));
        if (!Uri.TryCreate(Text(cluster, "server"), UriKind.Absolute, out var server) || server.Scheme != Uri.UriSchemeHttps)
        {
            throw new KubernetesAccessException("the cluster's server is not an https address");
        }

        var authorities = new X509Certificate2Collection();
        if (Bytes(cluster, "certificate-authority", directory) is { } authority)
        {
            authorities.ImportFromPem(Encoding.UTF8.GetString(authority));
        }

        var tokenFile = Text(user, "tokenFile");
        return new KubernetesAccess
        {
            Server = server,
            Authorities = authorities,
            Certificate = ClientCertificate(user, directory),
            Token = Text(user, "token"),
            TokenFile = tokenFile.Length == 0 ? "" : Path.Combine(directory, tokenFile),
        };
    }

    private static X509Certificate2? ClientCertificate(YamlMappingNode user, string directory)
    {
        var certificate = Bytes(user, "client-certificate", directory);
        var key = Bytes(user, "client-key", directory);
        return certificate is null || key is null ? null
            : X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(certificate), Encoding.UTF8.GetString(key));
    }

    // Each such value is either in the file, in base64, or beside it.
    private static byte[]? Bytes(YamlMappingNode node, string name, string directory) =>
        Text(node, $"{name}-data") is { Length: > 0 } data ? Convert.FromBase64String(data)
        : Text(node, name) is { Length: > 0 } file ? File.ReadAllBytes(Path.Combine(directory, file))
        : null;

    private static YamlMappingNode Named(YamlMappingNode root, string list, string kind, string name)
    {
        if (root.Children.TryGetValue(list, out var node) && node is YamlSequenceNode entries)
        {
            foreach (var entry in entries.Children.OfType<YamlMappingNode>())
            {
                if (Text(entry, "name") == name && entry.Children.TryGetValue(kind, out var value) && value is YamlMappingNode found)
                {
                    return found;
                }
            }
        }

        throw new KubernetesAccessException($"there is no {kind} named '{name}'");
    }

    private static string Text(YamlMappingNode node, string name) =>
        node.Children.TryGetValue(name, out var value) && value is YamlScalarNode { Value: { } text } ? text : "";
}
