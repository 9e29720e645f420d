using System.Globalization;

namespace TraceeMesh.Tests.Kernel;

/// <summary>A cgroup of cgroup2 for one test, so that what happens in it can be told from the rest of the host. Disposing removes it.</summary>
public sealed class CgroupOfItsOwn : IDisposable
{
    private readonly string _path = Path.Combine(UnifiedMount(), $"mesh-test-{Guid.NewGuid():N}");

    public CgroupOfItsOwn() => Directory.CreateDirectory(_path);

    /// <summary>What a process writes its number into to enter.</summary>
    public string Entrance => Path.Combine(_path, "cgroup.procs");

    /// <summary>Its number.</summary>
    public ulong Id
    {
        get
        {
            using var stat = System.Diagnostics.Process.Start(
                new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%i", _path]) { RedirectStandardOutput = true })!;
            return ulong.Parse(stat.StandardOutput.ReadToEnd(), CultureInfo.InvariantCulture);
        }
    }

    public void Dispose() => Directory.Delete(_path);

    private static string UnifiedMount() => File.ReadLines("/proc/mounts")
        .Select(line => line.Split(' '))
        .First(columns => columns[2] == "cgroup2")[1];
}
