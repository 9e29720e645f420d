namespace TraceeMesh.Cli.Up;

/// <summary>What a collector pins below bpffs so that its successor can go on. Pins whose collector is gone for good hold kernel programs for nobody.</summary>
public static class PinnedPrograms
{
    public const string Root = "/sys/fs/bpf/traceemesh";

    private const string CollectorProgram = "TraceeMesh.Collector.dll";

    /// <summary>The pin directories of a node, or of every node, that no running collector owns.</summary>
    public static IReadOnlyList<string> Orphans(string root, string? node)
    {
        if (!Directory.Exists(root))
        {
            return [];
        }

        var owned = RunningCollectors().ToHashSet(StringComparer.Ordinal);
        return [.. Directory.GetDirectories(root).Where(d => (node is null || Path.GetFileName(d) == node) && !owned.Contains(Path.GetFileName(d)))];
    }

    /// <summary>Unpins; the kernel frees what nobody else holds.</summary>
    public static void Remove(string directory) => Directory.Delete(directory, recursive: true);

    /// <summary>The nodes whose collector runs, by its command line.</summary>
    private static IEnumerable<string> RunningCollectors()
    {
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])))
        {
            var arguments = CommandLine(process);
            var node = Array.IndexOf(arguments, "--node") + 1;
            if (arguments.Any(a => a.EndsWith(CollectorProgram, StringComparison.Ordinal)) && node > 0 && node < arguments.Length)
            {
                yield return Contracts.Subjects.Safe(arguments[node]);
            }
        }
    }

    private static string[] CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Split('\0');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It ended between the listing and the reading; a process of another user is no collector of ours.
            return [];
        }
    }
}
