using System.Diagnostics;
using System.Globalization;

namespace TraceeMesh.Cli.Up;

/// <summary>The sockets of the container runtimes, in the places their packages put them.</summary>
public static class RuntimeSockets
{
    public static readonly IReadOnlyList<string> WellKnown =
    [
        "/run/docker.sock",
        "/run/containerd/containerd.sock",
        "/run/crio/crio.sock",
        "/run/podman/podman.sock",
    ];

    /// <summary>The groups that own those that exist. Root's group opens nothing by itself and is left out.</summary>
    public static IReadOnlyCollection<uint> Groups(IEnumerable<string> sockets)
    {
        var present = sockets.Where(File.Exists).ToArray();
        if (present.Length == 0)
        {
            return [];
        }

        using var stat = Process.Start(new ProcessStartInfo("stat", ["-L", "-c", "%g", .. present]) { RedirectStandardOutput = true })!;
        var groups = stat.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        stat.WaitForExit();
        return [.. groups.Select(g => uint.Parse(g, CultureInfo.InvariantCulture)).Where(g => g != 0).Distinct()];
    }
}
