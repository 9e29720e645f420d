using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using TraceeMesh.Bus;
using TraceeMesh.Cli.Connection;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Runtimes;
using Xunit;

namespace TraceeMesh.Tests.Images;

/// <summary>The images, built by the project's script and run by a Docker daemon of its own: a bus and one container of each service.</summary>
public sealed class ImageMesh : IAsyncLifetime
{
    /// <summary>Name of its node.</summary>
    public const string Node = "image-node";

    // The client of the same package as the daemon; another one on the PATH may lack what BuildKit needs.
    private const string Docker = "/usr/bin/docker";

    private const string Unprivileged = "59466";

    // What Docker takes by default may be more than this machine grants.
    private static readonly string[] Limits = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:8192"];

    private readonly int _http = Ports.Free();
    private readonly int _nats = Ports.Free();
    private Dockerd _docker = null!;

    /// <summary>Why it cannot run here; null when it can.</summary>
    public static string? Obstacle => !Environment.IsPrivilegedProcess ? "it needs root" : !File.Exists("/sys/kernel/btf/vmlinux") ? "it needs a kernel with BTF" : Dockerd.Obstacle;

    /// <summary>Address of its bus.</summary>
    public string NatsUrl => $"nats://127.0.0.1:{_nats}";

    /// <summary>A connection to it.</summary>
    public BusConnection Bus { get; private set; } = null!;

    /// <summary>What its ledger says; the exit code of <c>tmesh ledger --no-loss</c>.</summary>
    public async Task<(int ExitCode, string Text)> LedgerAsync()
    {
        // A bus without users takes anybody's; tmesh asks for a cut only where it has some to show.
        using var state = new TemporaryDirectory();
        Directory.CreateDirectory(state["credentials"]);
        BusCredentials.Generate("tmesh").Write(state["credentials/tmesh.json"]);
        using var ledger = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "tmesh.dll"), "ledger", "--no-loss", "--timeout", "30s", "--nats", NatsUrl, "--state-dir", state.Path])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = ledger.StandardError.ReadToEndAsync();
        var text = await ledger.StandardOutput.ReadToEndAsync();
        await ledger.WaitForExitAsync();
        return (ledger.ExitCode, text + await errors);
    }

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        if (Obstacle is not null)
        {
            return;
        }

        _docker = await Dockerd.StartAsync();
        await RunAsync(SourceTree.File("aspire/deploy/images/build"), [], new() { ["DOCKER"] = $"{Docker} -H unix://{_docker.Socket}" });
        await StartBusAsync();
        foreach (var service in (string[])["datasource-api", "detector", "enricher", "collector"])
        {
            await StartAsync(service);
        }

        await ReadyAsync();
    }

    /// <summary>A container of the test's own image.</summary>
    public Task<StartedContainer> RunWorkloadAsync(string name, params IReadOnlyList<string> command) => _docker.RunAsync(name, command);

    /// <summary>Runs a shell in a container.</summary>
    public Task<string> ShellAsync(string container, string script) => DockerAsync("exec", container, "sh", "-c", script);

    /// <summary>Another container takes the place of the service's: the old one is asked to stop, as a rolling update does.</summary>
    public async Task ReplaceAsync(string service)
    {
        await DockerAsync("stop", "--time", "30", service);
        await DockerAsync("rm", service);
        await StartAsync(service);
        await ReadyAsync();
    }

    /// <summary>What a container of the mesh is allowed, as Docker tells it.</summary>
    public async Task<JsonNode> InspectAsync(string service) => JsonNode.Parse(await DockerAsync("inspect", service))![0]!;

    /// <summary>What all services logged.</summary>
    public async Task<string> LogsAsync()
    {
        var logs = "";
        foreach (var service in (string[])["collector", "enricher", "detector", "datasource-api", "bus"])
        {
            logs += $"== {service}\n" + await DockerAsync("logs", "--tail", "40", service);
        }

        return logs;
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (Obstacle is not null)
        {
            return;
        }

        // Told so by SIGINT, the collector unpins what it loaded.
        if ((await DockerAsync("ps", "--quiet", "--filter", "name=collector")).Length > 0)
        {
            await DockerAsync("kill", "--signal", "INT", "collector");
            await DockerAsync("wait", "collector");
        }

        if (Bus is not null)
        {
            await Bus.DisposeAsync();
        }

        foreach (var container in (await DockerAsync("ps", "--all", "--quiet")).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            await DockerAsync("rm", "--force", container);
        }

        await _docker.DisposeAsync();
    }

    private async Task StartBusAsync()
    {
        await DockerAsync(
            ["run", "--detach", "--name", "bus", .. Confined(), "--tmpfs", $"/data:uid={Unprivileged}", "traceemesh/nats-server:dev", "--jetstream", "--store_dir", "/data", "--addr", "127.0.0.1", "--port", $"{_nats}"]);
        Bus = await BusConnection.ConnectAsync(new BusOptions { Urls = [NatsUrl], WaitForServer = TimeSpan.FromSeconds(20) });
    }

    // The collector's privileges under Docker 20.10, which has no name for CAP_BPF and CAP_PERFMON: CAP_SYS_ADMIN holds them.
    private Task StartAsync(string service) => DockerAsync(
    [
        "run", "--detach", "--name", service, .. Confined(), "--env", $"TRACEEMESH_NODE={Node}", "--env", $"TRACEEMESH_INSTANCE={service}-1", "--env", $"TRACEEMESH_NATS_URL={NatsUrl}",
        .. service switch
        {
            "collector" => (string[])
            [
                "--pid", "host", "--cgroupns", "host", "--cap-add", "SYS_ADMIN", "--cap-add", "NET_ADMIN",
                "--volume", "/sys/fs/bpf:/sys/fs/bpf", "--volume", "/sys/fs/cgroup:/sys/fs/cgroup:ro", "--env", "TRACEEMESH_ON_STOP=leave",
            ],
            "enricher" =>
            [
                "--group-add", $"{RuntimeDirectory.SocketGroup}", "--volume", $"{_docker.Socket}:/run/docker.sock",
                "--env", "TRACEEMESH_RUNTIME_CONTAINERD=", "--env", "TRACEEMESH_RUNTIME_CRIO=", "--env", "TRACEEMESH_RUNTIME_PODMAN=", "--env", "TRACEEMESH_PARKING_TIME=5",
            ],
            "datasource-api" =>
            [
                "--env", $"TRACEEMESH_HTTP_ADDRESS=127.0.0.1:{_http}", "--env", $"TRACEEMESH_GRPC_ADDRESS=127.0.0.1:{Ports.Free()}",
                "--env", "TRACEEMESH_EXPECT=collector=1,enricher=1,detector=1,datasource-api=1",
            ],
            _ => [],
        },
        $"traceemesh/{service}:dev",
    ]);

    private static string[] Confined() => ["--network", "host", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", .. Limits];

    private async Task ReadyAsync()
    {
        using var client = new HttpClient();
        var last = "";
        await TestWait.Until(
            async () =>
            {
                try
                {
                    using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{_http}/readyz"));
                    last = await answer.Content.ReadAsStringAsync();
                    return answer.StatusCode == HttpStatusCode.OK;
                }
                catch (HttpRequestException e)
                {
                    last = e.Message;
                    return false;
                }
            },
            "the mesh is ready",
            90,
            () => $"{last}\n{LogsAsync().GetAwaiter().GetResult()}");
    }

    private Task<string> DockerAsync(params string[] arguments) => RunAsync(Docker, ["-H", $"unix://{_docker.Socket}", .. arguments], []);

    private static async Task<string> RunAsync(string program, string[] arguments, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} exited with {process.ExitCode}: {await errors}{output}");
        return output + (arguments.Contains("logs") ? await errors : "");
    }
}
