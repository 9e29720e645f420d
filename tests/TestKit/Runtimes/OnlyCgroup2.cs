namespace TraceeMesh.TestKit.Runtimes;

/// <summary>
/// A view of the machine in which the one hierarchy of cgroups is version 2, as on most hosts: a mount namespace of a process's
/// own. What is started in it has no cgroup of its own in any other hierarchy.
/// </summary>
public static class OnlyCgroup2
{
    /// <summary>Goes before a command line; the process is the command's in the end.</summary>
    public static readonly IReadOnlyList<string> Launcher =
    [
        "unshare", "--mount", "--propagation", "private", "sh", "-c",
        "umount -R /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec \"$@\"", "sh",
    ];
}
