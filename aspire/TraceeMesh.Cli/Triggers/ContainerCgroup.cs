using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Triggers;

/// <summary>A cgroup with the path of a container. Disposing removes it; the processes in it must have ended.</summary>
internal sealed class ContainerCgroup : IDisposable
{
    private readonly string _path;

    /// <exception cref="CommandException">There is no cgroup2, or it cannot be written.</exception>
    public ContainerCgroup(string name)
    {
        // As systemd names those of Docker and Podman.
        _path = Path.Combine(UnifiedMount(), name + ".scope");
        try
        {
            Directory.CreateDirectory(_path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Failure, $"no cgroup can be made at {_path}: {exception.Message}", exception);
        }
    }

    /// <summary>What a process writes its number into to enter.</summary>
    public string Entrance => Path.Combine(_path, "cgroup.procs");

    public void Dispose() => Directory.Delete(_path);

    private static string UnifiedMount() => File.ReadLines("/proc/mounts")
        .Select(line => line.Split(' '))
        .FirstOrDefault(columns => columns[2] == "cgroup2")?[1]
        ?? throw new CommandException(ExitCode.Failure, "no cgroup2 is mounted: mount -t cgroup2 none /sys/fs/cgroup/unified");
}
