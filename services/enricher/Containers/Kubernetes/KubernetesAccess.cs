using System.Security.Cryptography.X509Certificates;

namespace TraceeMesh.Enricher.Containers.Kubernetes;

/// <summary>How to reach an API server.</summary>
public sealed record KubernetesAccess : IDisposable
{
    /// <summary>Its address.</summary>
    public required Uri Server { get; init; }

    /// <summary>Who signed its certificate; empty to trust whom the machine trusts.</summary>
    public X509Certificate2Collection Authorities { get; init; } = [];

    /// <summary>The certificate shown to it; null for none.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>The bearer token; empty for none.</summary>
    public string Token { get; init; } = "";

    /// <summary>The file that holds the token, read for each request: a cluster replaces it every hour. Empty for none.</summary>
    public string TokenFile { get; init; } = "";

    /// <summary>The token now.</summary>
    public string ReadToken() => TokenFile.Length > 0 ? File.ReadAllText(TokenFile).Trim() : Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        Certificate?.Dispose();
        foreach (var authority in Authorities)
        {
            authority.Dispose();
        }
    }
}
