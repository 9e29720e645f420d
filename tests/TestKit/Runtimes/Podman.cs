namespace TraceeMesh.TestKit.Runtimes;

/// <summary>A podman service (Debian's <c>podman</c>) with a store of its own.</summary>
public sealed class Podman : ITestRuntime
{
    /// <summary>What podman makes of a name without a registry.</summary>
    private const string Image = $"localhost/{TestImage.Reference}";

    private readonly RuntimeDirectory _directory = new("podman");
    private readonly DaemonProcess _daemon;
    private readonly EngineApi _api;

    private Podman()
    {
        _daemon = new(Socket, ["podman", "system", "service", "--time", "0", $"unix://{Socket}"], new Dictionary<string, string>
        {
            ["CONTAINERS_CONF"] = _directory["containers.conf"],
            ["CONTAINERS_STORAGE_CONF"] = _directory["storage.conf"],
        });
        _api = new(Socket);
    }

    /// <summary>Why it cannot run here; null when it can.</summary>
    public static string? Obstacle => Tool.IsInstalled("podman") && TestImage.IsAvailable ? null : "it needs podman and busybox-static: apt-get install -y --no-install-recommends podman busybox-static";

    /// <inheritdoc/>
    public string Name => "podman";

    /// <inheritdoc/>
    public string Socket => _directory["podman.sock"];

    /// <summary>Starts a service that has the test's image.</summary>
    public static async Task<Podman> StartAsync()
    {
        var podman = new Podman();
        var directory = podman._directory;
        await File.WriteAllTextAsync(directory["containers.conf"], $"""
            [engine]
            runtime = "runc"
            cgroup_manager = "cgroupfs"
            events_logger = "file"
            tmp_dir = "{directory["tmp"]}"
            """);
        await File.WriteAllTextAsync(directory["storage.conf"], $"""
            [storage]
            driver = "overlay"
            graphroot = "{directory["root"]}"
            runroot = "{directory["run"]}"
            """);
        await podman._daemon.StartAsync();
        await TestImage.WriteAsync(directory["image.tar"], TestImage.Reference, "sleep", "2147483647");
        await podman._api.LoadAsync(directory["image.tar"]);
        return podman;
    }

    /// <inheritdoc/>
    public async Task<StartedContainer> RunAsync(string name, params IReadOnlyList<string> command)
    {
        var id = await _api.CreateAsync(name, Image, _directory.CgroupParent, command);
        await _api.StartAsync(id);
        return new(id, name, Image, await _api.DigestAsync(Image));
    }

    /// <inheritdoc/>
    public Task ExecAsync(string id, params IReadOnlyList<string> command) => _api.ExecAsync(id, command);

    /// <inheritdoc/>
    public Task RemoveAsync(StartedContainer container) => _api.RemoveAsync(container.Id);

    /// <inheritdoc/>
    public async Task RestartAsync()
    {
        await _daemon.KillAsync();
        await _daemon.StartAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _api.Dispose();
        await _daemon.DisposeAsync();
        await _directory.DisposeAsync();
    }
}
