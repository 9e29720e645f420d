using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Triggers;

/// <summary>A cgroup with the path of a container. Disposing removes it; the processes in it must have ended.</summary>
internal sealed class ContainerCgroup : IAsyncDisposable
{
    // A process that was killed leaves its cgroup a moment later.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(10);

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

    public async ValueTask DisposeAsync()
    {
        var time = TimeProvider.System;
        var begin = time.GetTimestamp();
        while (true)
        {
            try
            {
                Directory.Delete(_path);
                return;
            }
            catch (IOException exception)
            {
                if (time.GetElapsedTime(begin) > Patience)
                {
                    throw new CommandException(ExitCode.Failure, $"the cgroup {_path} cannot be removed: {exception.Message}", exception);
                }
            }

            await Task.Delay(RetryPause, time);
        }
    }

    private static string UnifiedMount() => File.ReadLines("/proc/mounts")
        .Select(line => line.Split(' '))
        .FirstOrDefault(columns => columns[2] == "cgroup2")?[1]
        ?? throw new CommandException(ExitCode.Failure, "no cgroup2 is mounted: mount -t cgroup2 none /sys/fs/cgroup/unified");
}
