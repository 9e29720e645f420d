using TraceeMesh.TestKit.Runtimes.Cri;

namespace TraceeMesh.TestKit.Runtimes;

/// <summary>A containerd (it comes with Debian's <c>docker.io</c>) driven through CRI as a kubelet drives it: each container in a pod of its own.</summary>
public sealed class Containerd : ITestRuntime
{
    /// <summary>What containerd makes of a name without a registry.</summary>
    private const string Image = $"docker.io/{TestImage.Reference}";

    private const string PauseImage = "traceemesh.test/pause:1";
    private const string PodNamespace = "shop";
    private const int StartSeconds = 30;

    /// <summary>A label that every pod has and no container in it.</summary>
    public static readonly KeyValuePair<string, string> PodLabel = new("app", "cart");

    private readonly RuntimeDirectory _directory = new("containerd");
    private readonly DaemonProcess _daemon;
    private readonly CriApi _api;

    private Containerd()
    {
        _daemon = new(Socket, ["containerd", "--config", _directory["config.toml"]]);
        _api = new(Socket);
    }

    /// <summary>Why it cannot run here; null when it can.</summary>
    public static string? Obstacle => Tool.IsInstalled("containerd") && TestImage.IsAvailable ? null : "it needs containerd and busybox-static: apt-get install -y --no-install-recommends containerd runc busybox-static";

    /// <inheritdoc/>
    public string Name => "containerd";

    /// <inheritdoc/>
    public string Socket => _directory["containerd.sock"];

    /// <summary>Starts a containerd that has the test's image and one for sandboxes.</summary>
    public static async Task<Containerd> StartAsync()
    {
        var containerd = new Containerd();
        await File.WriteAllTextAsync(containerd._directory["config.toml"], containerd.Configuration());
        await containerd.StartDaemonAsync();
        await containerd.ImportAsync(TestImage.Reference);
        await containerd.ImportAsync(PauseImage);
        await TestWait.Until(async () => await containerd._api.ImageAsync(Image) is not null && await containerd._api.ImageAsync(PauseImage) is not null, "CRI knows the images");
        return containerd;
    }

    /// <inheritdoc/>
    public async Task<StartedContainer> RunAsync(string name, params IReadOnlyList<string> command)
    {
        var pod = Pod($"{name}-pod");
        var sandbox = await _api.RunPodSandboxAsync(pod);
        var container = new ContainerConfig
        {
            Metadata = new ContainerMetadata { Name = name },
            Image = new ImageSpec { Image = Image },
            Command = { command },
            Labels =
            {
                ["io.kubernetes.container.name"] = name,
                ["io.kubernetes.pod.name"] = pod.Metadata.Name,
                ["io.kubernetes.pod.namespace"] = pod.Metadata.Namespace,
                ["io.kubernetes.pod.uid"] = pod.Metadata.Uid,
            },
        };
        var id = await _api.CreateContainerAsync(sandbox, pod, container);
        await _api.StartContainerAsync(id);
        return new(id, name, Image, await DigestAsync(), new(sandbox, pod.Metadata.Name, pod.Metadata.Namespace, pod.Metadata.Uid));
    }

    /// <inheritdoc/>
    public Task ExecAsync(string id, params IReadOnlyList<string> command) => _api.ExecAsync(id, command);

    /// <inheritdoc/>
    public async Task RemoveAsync(StartedContainer container)
    {
        await _api.StopContainerAsync(container.Id);

        // Its CRI learns of an end by an event of containerd's own, and refuses to remove what it believes to be running.
        await TestWait.Until(() => _api.HasExitedAsync(container.Id), $"containerd knows that {container.Id} has ended");
        await _api.RemoveContainerAsync(container.Id);
        await _api.StopPodSandboxAsync(container.Pod!.SandboxId);
        await _api.RemovePodSandboxAsync(container.Pod.SandboxId);
    }

    /// <inheritdoc/>
    public async Task RestartAsync()
    {
        await _daemon.KillAsync();
        await StartDaemonAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _api.Dispose();
        await _daemon.DisposeAsync();
        await _directory.DisposeAsync();
    }

    /// <summary>It listens before its CRI has looked at what runs; until then that refuses every call.</summary>
    private async Task StartDaemonAsync()
    {
        await _daemon.StartAsync();
        await TestWait.Until(_api.IsReadyAsync, "CRI answers", StartSeconds);
    }

    private async Task ImportAsync(string reference)
    {
        var archive = _directory[$"{Guid.NewGuid():N}.tar"];
        await TestImage.WriteAsync(archive, reference, "sleep", "2147483647");
        await Tool.RunAsync("ctr", "--address", Socket, "--namespace", "k8s.io", "images", "import", "--snapshotter", "overlayfs", archive);
    }

    /// <summary>What the image's name leads to, as containerd itself says it.</summary>
    private async Task<string> DigestAsync()
    {
        var images = await Tool.RunAsync("ctr", "--address", Socket, "--namespace", "k8s.io", "images", "list", $"name=={Image}");
        return images.Split(' ', '\n').First(w => w.StartsWith("sha256:", StringComparison.Ordinal));
    }

    /// <summary>On the host's network, so that no network plug-in is needed.</summary>
    private PodSandboxConfig Pod(string name)
    {
        var uid = Guid.NewGuid().ToString();
        return new PodSandboxConfig
        {
            Metadata = new PodSandboxMetadata { Name = name, Namespace = PodNamespace, Uid = uid },
            LogDirectory = _directory["logs"],
            Labels =
            {
                [PodLabel.Key] = PodLabel.Value,
                ["io.kubernetes.pod.name"] = name,
                ["io.kubernetes.pod.namespace"] = PodNamespace,
                ["io.kubernetes.pod.uid"] = uid,
            },
            Linux = new LinuxPodSandboxConfig
            {
                CgroupParent = $"{_directory.CgroupParent}/kubepods/burstable/pod{uid}",
                SecurityContext = new LinuxSandboxSecurityContext { NamespaceOptions = new NamespaceOption { Network = NamespaceMode.Node } },
            },
        };
    }

    private string Configuration() => $"""
        version = 2
        root = "{_directory["root"]}"
        state = "{_directory["state"]}"
        disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]

        [grpc]
          address = "{Socket}"

        [plugins."io.containerd.internal.v1.opt"]
          path = "{_directory["opt"]}"

        [plugins."io.containerd.grpc.v1.cri"]
          sandbox_image = "{PauseImage}"
          disable_apparmor = true
          restrict_oom_score_adj = true
          stream_server_address = "127.0.0.1"

          [plugins."io.containerd.grpc.v1.cri".containerd]
            snapshotter = "overlayfs"

            [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
              runtime_type = "io.containerd.runc.v2"

              [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
                SystemdCgroup = false
        """;
}
