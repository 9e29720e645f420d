using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Xunit;

namespace TraceeMesh.TestKit.Runtimes;

/// <summary>An image registry (Debian's <c>docker-registry</c>) on a port of the loopback, empty.</summary>
public sealed class ImageRegistry : IAsyncDisposable
{
    private const string ManifestType = "application/vnd.docker.distribution.manifest.v2+json";

    private readonly TemporaryDirectory _directory = new();
    private readonly int _port = Ports.Free();
    private readonly TestLog _log = new();
    private Process? _process;

    private ImageRegistry()
    {
    }

    /// <summary>Why it cannot run here; null when it can.</summary>
    public static string? Obstacle => Tool.IsInstalled("docker-registry") ? null : "it needs docker-registry: apt-get install -y --no-install-recommends docker-registry";

    /// <summary>What names of images in it begin with.</summary>
    public string Address => $"127.0.0.1:{_port}";

    /// <summary>Starts one.</summary>
    public static async Task<ImageRegistry> StartAsync()
    {
        var registry = new ImageRegistry();
        var configuration = registry._directory["config.yml"];
        await File.WriteAllTextAsync(configuration, $$"""
            version: 0.1
            storage: { filesystem: { rootdirectory: {{registry._directory["images"]}} } }
            http: { addr: "{{registry.Address}}" }
            """);
        var process = registry._process = Process.Start(new ProcessStartInfo("docker-registry", ["serve", configuration]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.OutputDataReceived += (_, e) => registry._log.Add(e.Data);
        process.ErrorDataReceived += (_, e) => registry._log.Add(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await TestWait.Until(() => registry.Listens() || process.HasExited, $"docker-registry listens on {registry.Address}");
        Assert.False(process.HasExited, $"docker-registry ended:\n{registry._log}");
        return registry;
    }

    /// <summary>The digest it gave to what was pushed.</summary>
    public async Task<string> DigestAsync(string repository, string tag)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri($"http://{Address}/v2/{repository}/manifests/{tag}"));
        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(ManifestType));
        using var response = await client.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, $"{request.RequestUri}: {(int)response.StatusCode}");
        return response.Headers.GetValues("Docker-Content-Digest").Single();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _directory.Dispose();
    }

    private bool Listens()
    {
        try
        {
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            client.Connect(IPAddress.Loopback, _port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
