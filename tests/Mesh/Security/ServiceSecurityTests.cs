using System.Net;
using System.Net.Http.Headers;
using TraceeMesh.Contracts;
using TraceeMesh.TestKit;
using TraceeMesh.Tests.Mesh.Nodes;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Security;

/// <summary>What a service shows of itself, and what it keeps for itself.</summary>
public sealed class ServiceSecurityTests : IDisposable
{
    private const string Secret = "hunter2-of-the-bus";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Bus_WithMutualTls_IsReachedByConfigurationAlone()
    {
        var certificates = new Certificates(_directory.Path);
        await using var server = await NatsServer.StartAsync($$"""tls { cert_file: "{{certificates.Server}}", key_file: "{{certificates.ServerKey}}", ca_file: "{{certificates.Authority}}", verify: true }""");
        var url = $"tls://localhost:{server.Port}";
        var http = $"127.0.0.1:{Ports.Free()}";
        using var service = new ServiceProcess(url, ServiceProcess.Detector, "--http", http, "--nats-ca", certificates.Authority, "--nats-certificate", certificates.Client, "--nats-key", certificates.ClientKey);

        await TestWait.Until(() => AnswersAsync($"http://{http}/readyz"), "the detector is ready over TLS", 60, () => service.Log);
    }

    [Fact]
    public async Task Http_BeyondLoopbackWithoutTlsAndToken_AnswersProbesAlone()
    {
        await using var server = await NatsServer.StartAsync();
        var port = Ports.Free();
        using var service = new ServiceProcess(server.Url, ServiceProcess.Detector, "--http", $"0.0.0.0:{port}");

        await TestWait.Until(() => AnswersAsync($"http://127.0.0.1:{port}/readyz"), "the detector is ready", 60, () => service.Log);
        using var client = new HttpClient();
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync(new Uri($"http://127.0.0.1:{port}/metrics"))).StatusCode);
        Assert.Contains("only /healthz and /readyz", service.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Http_WithTlsAndToken_WantsTheToken()
    {
        var certificates = new Certificates(_directory.Path);
        await File.WriteAllTextAsync(_directory["token"], Secret);
        await using var server = await NatsServer.StartAsync();
        var port = Ports.Free();
        using var service = new ServiceProcess(
            server.Url, ServiceProcess.Detector, "--http", $"0.0.0.0:{port}", "--http-certificate", certificates.Server, "--http-key", certificates.ServerKey, "--http-token-file", _directory["token"]);
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, shown, _, _) => shown?.Subject == "CN=localhost" };
        using var client = new HttpClient(handler) { BaseAddress = new Uri($"https://127.0.0.1:{port}") };

        await TestWait.Until(async () => await StatusAsync(client, "/readyz", null) == HttpStatusCode.OK, "the detector is ready", 60, () => service.Log);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client, "/metrics", null));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client, "/metrics", new AuthenticationHeaderValue("Bearer", Secret + "x")));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "/metrics", new AuthenticationHeaderValue("Bearer", Secret)));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "/metrics", new AuthenticationHeaderValue("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"any:{Secret}")))));
        Assert.DoesNotContain(Secret, service.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_OfABusThatRefusesThem_AreNotInTheLog()
    {
        await using var server = await NatsServer.StartAsync("""authorization { users: [ { user: "someone", password: "else" } ] }""");
        await File.WriteAllTextAsync(_directory["credentials.json"], $$"""{"user": "detector", "password": "{{Secret}}"}""");

        using var byFile = new ServiceProcess(server.Url, ServiceProcess.Detector, "--credentials", _directory["credentials.json"]);
        Assert.Equal(ExitCode.BusUnreachable, await byFile.ExitAsync());
        using var byAddress = new ServiceProcess($"nats://detector:{Secret}@127.0.0.1:{server.Port}", ServiceProcess.Detector);
        Assert.Equal(ExitCode.BusUnreachable, await byAddress.ExitAsync());

        Assert.Contains("refused", byFile.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, byFile.Log + byAddress.Log, StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode?> StatusAsync(HttpClient client, string path, AuthenticationHeaderValue? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = authorization;
        try
        {
            using var response = await client.SendAsync(request);
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static async Task<bool> AnswersAsync(string url)
    {
        using var client = new HttpClient();
        try
        {
            using var response = await client.GetAsync(new Uri(url));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
