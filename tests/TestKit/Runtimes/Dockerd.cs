using System.Globalization;

namespace TraceeMesh.TestKit.Runtimes;

/// <summary>A Docker daemon (Debian's <c>docker.io</c>) that touches no network of the machine.</summary>
public sealed class Dockerd : ITestRuntime
{
    private readonly RuntimeDirectory _directory = new("docker");
    private readonly DaemonProcess _daemon;
    private readonly EngineApi _api;

    private Dockerd(IReadOnlyList<string> launcher)
    {
        _daemon = new(
            Socket,
            [
                .. launcher, "dockerd", "--data-root", _directory["root"], "--exec-root", _directory["exec"], "--pidfile", _directory["pid"], "--host", $"unix://{Socket}",
                "--storage-driver", "overlay2", "--iptables=false", "--ip6tables=false", "--ip-forward=false", "--ip-masq=false", "--bridge=none",
                "--exec-opt", "native.cgroupdriver=cgroupfs", "--live-restore",
            ]);
        _api = new(Socket);
    }

    /// <summary>Why it cannot run here; null when it can.</summary>
    public static string? Obstacle => Tool.IsInstalled("dockerd") && TestImage.IsAvailable ? null : "it needs docker.io and busybox-static: apt-get install -y --no-install-recommends docker.io busybox-static";

    /// <inheritdoc/>
    public string Name => "docker";

    /// <inheritdoc/>
    public string Socket => _directory["docker.sock"];

    /// <summary>Starts a daemon that has the test's image.</summary>
    /// <param name="launcher">Goes before its command line.</param>
    public static async Task<Dockerd> StartAsync(params IReadOnlyList<string> launcher)
    {
        var docker = new Dockerd(launcher);
        await docker._daemon.StartAsync();
        var archive = docker._directory["image.tar"];
        await TestImage.WriteAsync(archive, TestImage.Reference, "sleep", "2147483647");
        await docker._api.LoadAsync(archive);
        return docker;
    }

    /// <inheritdoc/>
    public Task<StartedContainer> RunAsync(string name, params IReadOnlyList<string> command) => RunImageAsync(TestImage.Reference, name, command);

    /// <summary>Runs a container of an image that is there.</summary>
    public async Task<StartedContainer> RunImageAsync(string image, string name, params IReadOnlyList<string> command)
    {
        // The last part but one tells the runtime, as it does by default.
        var id = await _api.CreateAsync(name, image, $"{_directory.CgroupParent}/docker", command);
        await _api.StartAsync(id);
        return new(id, name, image, await _api.DigestAsync(image));
    }

    /// <summary>Makes an image that came over the network: pushed to a registry, removed here, pulled from there.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="repository">What the image is called there.</param>
    /// <returns>Its name here, with registry and tag.</returns>
    public async Task<string> PullThroughAsync(ImageRegistry registry, string repository)
    {
        const string Tag = "1";
        var image = $"{registry.Address}/{repository}";
        var archive = _directory["pushed.tar"];

        // Another command than that of the other image, or the two would be one with two names.
        await TestImage.WriteAsync(archive, $"{image}:{Tag}", "sleep", "86400");
        await _api.LoadAsync(archive);
        await _api.PushAsync(image, Tag);
        await _api.RemoveImageAsync($"{image}:{Tag}");
        await _api.PullAsync(image, Tag);
        return $"{image}:{Tag}";
    }

    /// <inheritdoc/>
    public Task ExecAsync(string id, params IReadOnlyList<string> command) => _api.ExecAsync(id, command);

    /// <inheritdoc/>
    public Task RemoveAsync(StartedContainer container) => _api.RemoveAsync(container.Id);

    /// <inheritdoc/>
    public async Task RestartAsync()
    {
        await _daemon.KillAsync();

        // The containerd below it dies with it, but a daemon that finds its number in use takes it for running and waits for it.
        var containerd = _directory["exec/containerd/containerd.pid"];
        await TestWait.Until(() => !Tool.Runs(int.Parse(File.ReadAllText(containerd), CultureInfo.InvariantCulture)), "docker's containerd has ended");
        File.Delete(containerd);
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
