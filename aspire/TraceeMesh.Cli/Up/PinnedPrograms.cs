namespace TraceeMesh.Cli.Up;

/// <summary>
/// What collectors pin below bpffs so that their successors can go on: a directory per node, in it one per load. A collector holds
/// a lock on its load, and a runner one on its node, for the time between two collectors. What nobody holds keeps kernel programs
/// for nobody.
/// </summary>
public static class PinnedPrograms
{
    public const string Root = "/sys/fs/bpf/traceemesh";

    /// <summary>The loads that nobody holds.</summary>
    public static IReadOnlyList<string> Orphans(string root)
    {
        var orphans = new List<string>();
        foreach (var node in Directories(root))
        {
            if (TryHold(node) is { } descriptor)
            {
                orphans.AddRange(OrphansOf(node));
                _ = SystemCalls.Close(descriptor);
            }
        }

        return orphans;
    }

    /// <summary>Unpins; the kernel frees what nobody else holds.</summary>
    public static void Remove(string load)
    {
        Directory.Delete(load, recursive: true);
        _ = SystemCalls.RemoveEmptyDirectory(Path.GetDirectoryName(load)!);
    }

    /// <summary>The loads of a node that no collector holds.</summary>
    internal static IEnumerable<string> OrphansOf(string node)
    {
        foreach (var load in Directories(node))
        {
            if (TryHold(load) is { } descriptor)
            {
                _ = SystemCalls.Close(descriptor);
                yield return load;
            }
        }
    }

    private static string[] Directories(string path) => Directory.Exists(path) ? Directory.GetDirectories(path) : [];

    private static int? TryHold(string path)
    {
        if (SystemCalls.OpenDirectory(path) is not { } descriptor)
        {
            return null;
        }

        if (SystemCalls.TryLock(descriptor, SystemCalls.LockExclusiveAtOnce))
        {
            return descriptor;
        }

        _ = SystemCalls.Close(descriptor);
        return null;
    }
}
