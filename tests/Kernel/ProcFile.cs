using System.Globalization;

namespace TraceeMesh.Tests.Kernel;

/// <summary>What /proc says of a task.</summary>
public sealed record ProcFile(uint Pid, uint ParentPid, char State, ulong StartTicks, string Name, uint Uid, uint Gid, string Command, string Executable, uint[] Threads)
{
    /// <summary>Nanoseconds of a clock tick.</summary>
    public const ulong TickNanoseconds = 10_000_000;

    /// <summary>All processes that can be read.</summary>
    public static Dictionary<uint, ProcFile> All()
    {
        Dictionary<uint, ProcFile> all = [];
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (uint.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var pid) && TryRead(pid, out var process))
            {
                all[pid] = process;
            }
        }

        return all;
    }

    public static bool TryRead(uint pid, out ProcFile process)
    {
        process = null!;
        try
        {
            var directory = $"/proc/{pid}";
            var stat = File.ReadAllText(directory + "/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            var status = File.ReadAllLines(directory + "/status");
            process = new ProcFile(
                pid,
                uint.Parse(fields[1], CultureInfo.InvariantCulture),
                fields[0][0],
                ulong.Parse(fields[19], CultureInfo.InvariantCulture),
                stat[(stat.IndexOf('(', StringComparison.Ordinal) + 1)..stat.LastIndexOf(')')],
                IdIn(status, "Uid:"),
                IdIn(status, "Gid:"),
                File.ReadAllText(directory + "/cmdline"),
                File.ResolveLinkTarget(directory + "/exe", returnFinalTarget: false)?.FullName ?? "",
                [.. Directory.EnumerateDirectories(directory + "/task").Select(d => uint.Parse(Path.GetFileName(d), CultureInfo.InvariantCulture)).Order()]);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or is a kernel thread, which has no executable.
            return false;
        }
    }

    // Real, effective, saved, file system: the effective one.
    private static uint IdIn(string[] status, string name) =>
        uint.Parse(status.First(l => l.StartsWith(name, StringComparison.Ordinal)).Split('\t')[1], CultureInfo.InvariantCulture);
}
