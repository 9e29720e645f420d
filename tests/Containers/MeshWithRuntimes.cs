using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Runtimes;
using Xunit;

namespace TraceeMesh.Tests.Containers;

/// <summary>Every runtime that can be had here, each with a container that was there before the mesh; and a mesh that is told their sockets.</summary>
public sealed class MeshWithRuntimes : IAsyncLifetime
{
    private readonly Dictionary<string, ITestRuntime> _runtimes = [];
    private readonly Dictionary<string, StartedContainer> _existing = [];

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

        // Longer than by default: what is tested is what the answers say, on machines that may be busy with more than this.
        settings["TRACEEMESH_PARKING_TIME"] = "5";
        Mesh = await LiveMesh.StartAsync(settings);
        Lifecycle = await LifecycleLog.StartAsync(Mesh);
        Execs = await ExecLog.StartAsync(Mesh);
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await Execs.DisposeAsync();
        await Lifecycle.DisposeAsync();
        await Mesh.DisposeAsync();
        foreach (var runtime in _runtimes.Values)
        {
            await runtime.DisposeAsync();
        }
    }
}
