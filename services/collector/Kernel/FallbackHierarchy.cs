using System.Globalization;

namespace TraceeMesh.Collector.Kernel;

/// <summary>Twin of <c>enum fallback_hierarchy</c> in bpf/include/records.h.</summary>
public enum FallbackHierarchy : uint
{
    /// <summary>There is only cgroup2.</summary>
    None = 0,

    /// <summary>The v1 memory hierarchy.</summary>
    Memory = 1,

    /// <summary>The v1 pids hierarchy.</summary>
    Pids = 2,
}

/// <summary>Chooses it.</summary>
public static class FallbackHierarchies
{
    private const string CgroupsPath = "/proc/cgroups";

    /// <summary>What this machine has.</summary>
    public static FallbackHierarchy Read() => File.Exists(CgroupsPath) ? Parse(File.ReadAllText(CgroupsPath)) : FallbackHierarchy.None;

    /// <summary>Reads /proc/cgroups: a controller in hierarchy 0 belongs to cgroup2 or to nothing.</summary>
    public static FallbackHierarchy Parse(string cgroups) =>
        HasHierarchy(cgroups, "memory") ? FallbackHierarchy.Memory
        : HasHierarchy(cgroups, "pids") ? FallbackHierarchy.Pids
        : FallbackHierarchy.None;

    private static bool HasHierarchy(string cgroups, string controller)
    {
        foreach (var line in cgroups.Split('\n'))
        {
            var columns = line.Split('\t');
            if (columns.Length > 1 && columns[0] == controller)
            {
                return int.TryParse(columns[1], CultureInfo.InvariantCulture, out var hierarchy) && hierarchy != 0;
            }
        }

        return false;
    }
}
