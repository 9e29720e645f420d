using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace TraceeMesh.TestKit.Kubernetes;

/// <summary>An API server that answers each request as the next step of its script says. It wants a token and a client certificate.</summary>
public sealed class ScriptedApiServer : IAsyncDisposable
{
    public const string Token = "secret-token";

    private const int MaxSteps = 64;

    private readonly Channel<Func<HttpContext, Task>> _script = Channel.CreateBounded<Func<HttpContext, Task>>(MaxSteps);
    private readonly List<string> _requests = [];
    private readonly X509Certificate2 _certificate = SelfSigned("127.0.0.1");
    private readonly X509Certificate2 _client = SelfSigned("client");
    private readonly WebApplication _web;

    private ScriptedApiServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(new HttpsConnectionAdapterOptions
        {
            ServerCertificate = _certificate,
            ClientCertificateMode = ClientCertificateMode.RequireCertificate,
            ClientCertificateValidation = (shown, _, _) => shown.Thumbprint == _client.Thumbprint,
        })));
        _web = builder.Build();
        _web.Run(AnswerAsync);
    }

    public Uri Address => new(_web.Urls.Single());

    /// <summary>Path and query of the requests so far.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    public static async Task<ScriptedApiServer> StartAsync()
    {
        var server = new ScriptedApiServer();
        await server._web.StartAsync();
        return server;
    }

    /// <summary>A kubeconfig file for this server.</summary>
    public string Kubeconfig() => $"""
        apiVersion: v1
        kind: Config
        current-context: here
        contexts:
        - name: elsewhere
          context: {"{"}cluster: none, user: none{"}"}
        - name: here
          context:
            cluster: scripted
            user: reader
        clusters:
        - name: scripted
          cluster:
            server: {Address}
            certificate-authority-data: {Base64(_certificate.ExportCertificatePem())}
        users:
        - name: reader
          user:
            token: {Token}
            client-certificate-data: {Base64(_client.ExportCertificatePem())}
            client-key-data: {Base64(ClientKeyPem())}
        """;

    public ScriptedApiServer Then(Func<HttpContext, Task> step)
    {
        Xunit.Assert.True(_script.Writer.TryWrite(step));
        return this;
    }

    public ScriptedApiServer ThenAnswer(int status, string body) => Then(context =>
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(body);
    });

    /// <summary>A watch that sends these lines and then stays open or ends.</summary>
    public ScriptedApiServer ThenWatch(WatchEnd end, params string[] lines) => Then(async context =>
    {
        await SendAsync(context, lines);
        if (end == WatchEnd.StaysOpen)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        }
    });

    public static async Task SendAsync(HttpContext context, params string[] lines)
    {
        await context.Response.StartAsync();
        foreach (var line in lines)
        {
            await context.Response.WriteAsync(line + "\n");
        }

        await context.Response.Body.FlushAsync();
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _web.StopAsync(now.Token);
        await _web.DisposeAsync();
        _certificate.Dispose();
        _client.Dispose();
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static X509Certificate2 SelfSigned(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    private string ClientKeyPem()
    {
        using var key = _client.GetECDsaPrivateKey()!;
        return key.ExportPkcs8PrivateKeyPem();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        lock (_requests)
        {
            _requests.Add(context.Request.Path + context.Request.QueryString);
        }

        if (context.Request.Headers.Authorization != $"Bearer {Token}")
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        var step = await _script.Reader.ReadAsync(context.RequestAborted);
        await step(context);
    }
}
