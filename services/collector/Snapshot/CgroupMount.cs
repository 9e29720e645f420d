using System.Globalization;

namespace TraceeMesh.Collector.Snapshot;

/// <summary>A mounted cgroup hierarchy.</summary>
/// <param name="Hierarchy">Its id; 0 is cgroup2.</param>
/// <param name="Path">Where it is mounted.</param>
public sealed record CgroupMount(uint Hierarchy, string Path)
{
    /// <summary>The hierarchies of this host.</summary>
    public static IReadOnlyList<CgroupMount> Read() => Parse(File.ReadAllLines("/proc/self/mountinfo"), File.ReadAllLines("/proc/self/cgroup"));

    /// <summary>Finds the mounts of whole hierarchies.</summary>
    /// <param name="mounts">Lines of /proc/self/mountinfo: <c>id parent dev root mountpoint options [tags] - type source superoptions</c>.</param>
    /// <param name="cgroups">Lines of /proc/self/cgroup, whose first column is the hierarchy's id: <c>id:controllers:path</c>.</param>
    public static IReadOnlyList<CgroupMount> Parse(IEnumerable<string> mounts, IEnumerable<string> cgroups)
    {
        var ids = new Dictionary<string, uint>();
        foreach (var line in cgroups)
        {
            var parts = line.Split(':', 3);
            if (parts.Length == 3 && uint.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                foreach (var controller in parts[1].Split(',', StringSplitOptions.RemoveEmptyEntries))
                {
                    ids[controller] = id;
                }
            }
        }

        var found = new Dictionary<uint, CgroupMount>();
        foreach (var line in mounts)
        {
            var halves = line.Split(" - ", 2);
            var left = halves[0].Split(' ');
            if (halves.Length != 2 || left.Length < 6 || left[3] != "/")
            {
                continue;
            }

            var right = halves[1].Split(' ');
            if (right[0] == "cgroup2")
            {
                found.TryAdd(0, new CgroupMount(0, Unescape(left[4])));
            }
            else if (right[0] == "cgroup" && right.Length > 2)
            {
                foreach (var option in right[2].Split(','))
                {
                    if (ids.TryGetValue(option, out var id) && id != 0)
                    {
                        found.TryAdd(id, new CgroupMount(id, Unescape(left[4])));
                    }
                }
            }
        }

        return [.. found.Values.OrderBy(m => m.Hierarchy)];
    }

    // mountinfo writes blanks as \040; cgroup mount points have no other special characters.
    private static string Unescape(string path) => path.Replace("\\040", " ", StringComparison.Ordinal);
}
