using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace TraceeMesh.Enricher.Containers.Kubernetes;

/// <summary>The two questions to the API server: the pods of one node, and what becomes of them.</summary>
internal sealed class PodApi : IDisposable
{
    /// <summary>Pods in one page of a list.</summary>
    public const int PageSize = 100;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    private readonly KubernetesAccess _access;
    private readonly string _selector;
    private readonly HttpMessageInvoker _http;

    public PodApi(KubernetesAccess access, string node)
    {
        _access = access;
        _selector = $"fieldSelector={Uri.EscapeDataString($"spec.nodeName={node}")}";
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = ConnectTimeout,
            MaxResponseDrainSize = 0,
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = access.Certificate is null ? null : [access.Certificate],
                CertificateChainPolicy = access.Authorities.Count == 0 ? null : Trust(access.Authorities),
            },
        };
        _http = new HttpMessageInvoker(handler);
    }

    /// <summary>One page of the list.</summary>
    public Task<HttpResponseMessage> ListAsync(string continuation, CancellationToken cancellation) =>
        GetAsync($"limit={PageSize}{(continuation.Length > 0 ? $"&continue={Uri.EscapeDataString(continuation)}" : "")}", cancellation);

    /// <summary>A watch: its body goes on until the server ends it.</summary>
    public Task<HttpResponseMessage> WatchAsync(string resourceVersion, TimeSpan timeout, CancellationToken cancellation) =>
        GetAsync($"watch=1&allowWatchBookmarks=true&timeoutSeconds={timeout.TotalSeconds:F0}&resourceVersion={Uri.EscapeDataString(resourceVersion)}", cancellation);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> GetAsync(string query, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{_access.Server.AbsoluteUri.TrimEnd('/')}/api/v1/pods?{_selector}&{query}"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (_access.ReadToken() is { Length: > 0 } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return await _http.SendAsync(request, cancellation);
    }

    // The cluster's own authority and no other.
    private static X509ChainPolicy Trust(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }
}
