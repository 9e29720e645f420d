using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Kubernetes;
using TraceeMesh.TestKit.Runtimes;
using Xunit;

namespace TraceeMesh.Tests.Containers;

/// <summary>Every runtime that can be had here, each with a container that was there before the mesh; and a mesh that is told their sockets.</summary>
public sealed class MeshWithRuntimes : IAsyncLifetime
{
    private const int EnricherStarts = 16;

    private readonly TemporaryDirectory _kubernetes = new();
    private readonly Dictionary<string, ITestRuntime> _runtimes = [];
    private readonly Dictionary<string, StartedContainer> _existing = [];
    private ScriptedApiServer _apiServer = null!;

    /// <summary>The mesh.</summary>
    public LiveMesh Mesh { get; private set; } = null!;

    /// <summary>What it told of containers since its start.</summary>
    public LifecycleLog Lifecycle { get; private set; } = null!;

    /// <summary>The programs it saw start in containers.</summary>
    public ExecLog Execs { get; private set; } = null!;

    /// <summary>A runtime by its name.</summary>
    public ITestRuntime Runtime(string name) => _runtimes[name];

    /// <summary>The container that ran in it before the mesh was started.</summary>
    public StartedContainer Existing(string name) => _existing[name];

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        foreach (var runtime in await Task.WhenAll(TestRuntimes.Names.Where(n => TestRuntimes.Obstacle(n) is null).Select(TestRuntimes.StartAsync)))
        {
            _runtimes[runtime.Name] = runtime;
            _existing[runtime.Name] = await runtime.RunAsync($"before-{runtime.Name}", "sleep", "3600");
        }

        // A runtime that is not ours is not asked.
        var settings = new[] { "docker", "containerd", "crio", "podman" }.ToDictionary(
            n => $"TRACEEMESH_RUNTIME_{n.ToUpperInvariant()}",
            n => _runtimes.TryGetValue(n, out var runtime) ? runtime.Socket : "");

        // On a busy machine podman may answer later than events wait by default; what then becomes of them the unit tier tests.
        settings["TRACEEMESH_PARKING_TIME"] = "5";
        settings["TRACEEMESH_KUBECONFIG"] = await StartApiServerAsync();
        Mesh = await LiveMesh.StartAsync(settings);
        Lifecycle = await LifecycleLog.StartAsync(Mesh);
        Execs = await ExecLog.StartAsync(Mesh);
    }

    /// <summary>An API server that knows the pods that exist. It answers as many starts of an enricher as there are tests that restart it, and more.</summary>
    /// <returns>A kubeconfig file for it, which the enricher's user may read.</returns>
    private async Task<string> StartApiServerAsync()
    {
        _apiServer = await ScriptedApiServer.StartAsync();
        var pods = _existing.Values.Where(c => c.Pod is not null).Select(c => PodText.Pod(c.Pod!.Uid, c.Pod.Name)).ToList();
        for (var i = 0; i < EnricherStarts; i++)
        {
            _apiServer.ThenAnswer(200, PodText.List("1", "", pods)).ThenWatch(WatchEnd.StaysOpen);
        }

        File.SetUnixFileMode(_kubernetes.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        await File.WriteAllTextAsync(_kubernetes["config"], _apiServer.Kubeconfig());
        return _kubernetes["config"];
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await Execs.DisposeAsync();
        await Lifecycle.DisposeAsync();
        await Mesh.DisposeAsync();
        await _apiServer.DisposeAsync();
        _kubernetes.Dispose();
        foreach (var runtime in _runtimes.Values)
        {
            await runtime.DisposeAsync();
        }
    }
}
