namespace TraceeMesh.Tests.Containers;

/// <summary>The cgroups of this machine.</summary>
internal static class Cgroups
{
    private const string Mount = "/sys/fs/cgroup";

    /// <summary>The directories of a container, one in each hierarchy.</summary>
    public static IEnumerable<string> Of(string containerId) =>
        Directory.EnumerateDirectories(Mount, "*", SearchOption.AllDirectories).Where(d => Path.GetFileName(d).Contains(containerId, StringComparison.Ordinal));
}
