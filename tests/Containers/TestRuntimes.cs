using TraceeMesh.TestKit.Runtimes;

namespace TraceeMesh.Tests.Containers;

/// <summary>The runtimes that tests know how to start.</summary>
internal static class TestRuntimes
{
    public static readonly IReadOnlyList<string> Names = ["docker", "containerd", "podman"];

    /// <summary>Why one cannot run here; null when it can.</summary>
    public static string? Obstacle(string name) => name switch
    {
        "docker" => Dockerd.Obstacle,
        "containerd" => Containerd.Obstacle,
        "podman" => Podman.Obstacle,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    public static async Task<ITestRuntime> StartAsync(string name) => name switch
    {
        "docker" => await Dockerd.StartAsync(),
        "containerd" => await Containerd.StartAsync(),
        "podman" => await Podman.StartAsync(),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };
}
