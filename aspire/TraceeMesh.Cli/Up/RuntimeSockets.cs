using System.Diagnostics;
using System.Globalization;

namespace TraceeMesh.Cli.Up;

/// <summary>The sockets of the container runtimes, as the enricher will look for them.</summary>
public static class RuntimeSockets
{
    private const string Scheme = "unix://";

    private static readonly (string Variable, string Usual)[] Places =
    [
        ("TRACEEMESH_RUNTIME_DOCKER", "/run/docker.sock"),
        ("TRACEEMESH_RUNTIME_CONTAINERD", "/run/containerd/containerd.sock"),
        ("TRACEEMESH_RUNTIME_CRIO", "/run/crio/crio.sock"),
        ("TRACEEMESH_RUNTIME_PODMAN", "/run/podman/podman.sock"),
    ];

    /// <summary>Where the environment says they are, else where their packages put them.</summary>
    /// <param name="variable">Reads the environment; an empty value switches a runtime off.</param>
    public static IReadOnlyList<string> Find(Func<string, string?> variable)
    {
        var found = new List<string>();
        foreach (var (name, usual) in Places)
        {
            var path = variable(name) ?? usual;
            if (path.Length > 0)
            {
                found.Add(path.StartsWith(Scheme, StringComparison.Ordinal) ? path[Scheme.Length..] : path);
            }
        }

        return found;
    }

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
