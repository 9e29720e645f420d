using TraceeMesh.TestKit;
using TraceeMesh.Tests.Mesh.Nodes;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Telemetry;

/// <summary>Every service as a process, with a capture in the collector's place.</summary>
internal sealed class ReplayedMesh : IAsyncDisposable
{
    private readonly List<ServiceProcess> _services = [];
    private readonly NatsServer _bus;

    private ReplayedMesh(NatsServer bus) => _bus = bus;

    /// <summary>Name and HTTP address of each service.</summary>
    public Dictionary<string, string> Http { get; } = [];

    public string Log => string.Join('\n', _services.Select(s => s.Log));

    public static async Task<ReplayedMesh> StartAsync(string capture, IReadOnlyDictionary<string, string> environment)
    {
        var mesh = new ReplayedMesh(await NatsServer.StartAsync());
        try
        {
            await mesh.StartServicesAsync(Path.Combine(SourceTree.Root, "tests/captures", capture), environment);
            return mesh;
        }
        catch
        {
            await mesh.DisposeAsync();
            throw;
        }
    }

    /// <summary>What a service answers.</summary>
    public async Task<string> GetAsync(string service, string path)
    {
        using var client = new HttpClient();
        return await client.GetStringAsync(new Uri($"http://{Http[service]}{path}"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services)
        {
            service.Dispose();
        }

        await _bus.DisposeAsync();
    }

    private async Task StartServicesAsync(string file, IReadOnlyDictionary<string, string> environment)
    {
        Start("datasource-api", ServiceProcess.DataSourceApi, environment, "--grpc", $"127.0.0.1:{Ports.Free()}");
        Start("detector", ServiceProcess.Detector, environment);
        Start("enricher", ServiceProcess.Enricher, environment, "--capture", file);
        foreach (var service in Http.Keys.ToList())
        {
            await AnswersAsync(service, "/metrics");
        }

        // Signatures that ask a source wait until it is found; the capture is over in a moment.
        await TestWait.Until(
            () => Task.FromResult(new[] { "tracee/containers", "tracee/process_tree", "tracee/dns" }.All(s => Log.Contains($"data source {s} version 1 found", StringComparison.Ordinal))),
            "the detector knows the enricher's data sources",
            90,
            () => Log);
        Start("collector", "TraceeMesh.Replay.dll", environment, "--capture", file, "--speed", "max");
        await AnswersAsync("collector", "/readyz");
    }

    private void Start(string name, string assembly, IReadOnlyDictionary<string, string> environment, params string[] more)
    {
        Http[name] = $"127.0.0.1:{Ports.Free()}";
        _services.Add(new ServiceProcess(_bus.Url, assembly, environment, ["--node", "node-a", "--http", Http[name], .. more]));
    }

    private Task AnswersAsync(string service, string path) => TestWait.Until(
        async () =>
        {
            try
            {
                await GetAsync(service, path);
                return true;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        },
        $"{service} answers {path}",
        90,
        () => Log);
}
