using System.Diagnostics;

namespace TraceeMesh.TestKit.Runtimes;

/// <summary>
/// A directory and a cgroup of a runtime's own. Disposing it unmounts and deletes what is below. The socket in it lies
/// open to a group that only the service beside the runtime is given, as a package's socket does.
/// </summary>
public sealed class RuntimeDirectory : IAsyncDisposable
{
    /// <summary>The group that may use the sockets. A number that no package gets.</summary>
    public const int SocketGroup = 59_467;

    private const string CgroupMounts = "/sys/fs/cgroup";
    private const int StopSeconds = 20;

    /// <summary>Makes the directory.</summary>
    public RuntimeDirectory(string runtime)
    {
        Path = Directory.CreateTempSubdirectory($"tm-{runtime}-").FullName;
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        CgroupParent = $"/{System.IO.Path.GetFileName(Path)}";
    }

    /// <summary>Its path. Short: a socket's path may have 107 bytes.</summary>
    public string Path { get; }

    /// <summary>A cgroup that all containers of the runtime go below.</summary>
    public string CgroupParent { get; }

    /// <summary>A path in it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Containers outlive a daemon that was killed, and so do the processes that stand beside them.
        await TestWait.Until(KillAll, $"no process is left in {CgroupParent} or of {Path}", StopSeconds);
        foreach (var mount in MountsBelow(Path))
        {
            await Tool.RunAsync("umount", "-l", mount);
        }

        foreach (var hierarchy in Hierarchies())
        {
            await TestWait.Until(() => RemoveCgroup(hierarchy + CgroupParent), $"{hierarchy}{CgroupParent} is empty", StopSeconds);
        }

        Directory.Delete(Path, recursive: true);
    }

    private static IEnumerable<string> Hierarchies() =>
        File.Exists($"{CgroupMounts}/cgroup.controllers") ? [CgroupMounts] : Directory.EnumerateDirectories(CgroupMounts);

    private static List<string> MountsBelow(string path) =>
        [.. File.ReadLines("/proc/self/mountinfo").Select(l => l.Split(' ')[4]).Where(m => m.StartsWith(path + "/", StringComparison.Ordinal)).Reverse()];

    private bool KillAll()
    {
        var none = true;
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(System.IO.Path.GetFileName(directory), out var pid) || pid == Environment.ProcessId || !IsOurs(directory))
            {
                continue;
            }

            none = false;
            try
            {
                using var process = Process.GetProcessById(pid);
                process.Kill();
            }
            catch (ArgumentException)
            {
                // It has ended meanwhile.
            }
        }

        return none;
    }

    /// <summary>By its cgroup, or by the directory on its command line; a process that waits to be reaped is nobody's any more.</summary>
    private bool IsOurs(string process)
    {
        try
        {
            return File.ReadAllText($"{process}/cgroup").Contains(CgroupParent + "/", StringComparison.Ordinal)
                || File.ReadAllText($"{process}/cmdline").Contains(Path + "/", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Innermost first; a cgroup with a process in it stays.</summary>
    private static bool RemoveCgroup(string cgroup)
    {
        if (!Directory.Exists(cgroup))
        {
            return true;
        }

        try
        {
            foreach (var inner in Directory.EnumerateDirectories(cgroup))
            {
                RemoveCgroup(inner);
            }

            Directory.Delete(cgroup);
        }
        catch (IOException)
        {
            return false;
        }

        return true;
    }
}
