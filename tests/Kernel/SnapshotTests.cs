using System.Globalization;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;
using Xunit;

namespace TraceeMesh.Tests.Kernel;

[Collection(nameof(LoadedKernel))]
public class SnapshotTests(LoadedKernel kernel)
{
    /// <summary>Nanoseconds of one clock tick in /proc/PID/stat.</summary>
    private const ulong TickNanoseconds = 10_000_000;

    [KernelFact]
    public void Snapshot_OfThisProcess_IsRight()
    {
        var records = kernel.Watch(new EventSet(), () => kernel.Programs.Snapshot.Run());

        var self = Assert.Single(records, r => r.Event == EventIds.SnapshotProcess && r.Head.HostPid == Environment.ProcessId);
        var (_, tail) = self.Read<SnapshotProcessBody>();
        Assert.Equal(Environment.ProcessPath, tail[0]);
        Assert.Equal(File.ReadAllText("/proc/self/cmdline"), tail[1]);
        var stat = File.ReadAllText("/proc/self/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        Assert.Equal(ulong.Parse(fields[19], CultureInfo.InvariantCulture), self.Head.LeaderStartTime / TickNanoseconds);
        Assert.Equal(uint.Parse(fields[1], CultureInfo.InvariantCulture), self.Head.HostPpid);
        Assert.Equal(0, self.Head.Truncated);
    }

    [KernelFact]
    public void Snapshot_OfTheHost_HasEachProcessOnceAndThenItsEnd()
    {
        var before = LiveProcesses();
        var records = kernel.Watch(new EventSet(), () => kernel.Programs.Snapshot.Run());
        var after = LiveProcesses();

        Assert.Equal(EventIds.SnapshotEnd, records[^1].Event);
        Assert.Equal(1, records.Count(r => r.Event == EventIds.SnapshotEnd));
        var processes = records.Where(r => r.Event == EventIds.SnapshotProcess).Select(r => r.Head.HostPid).ToArray();
        Assert.Equal(processes.Length, processes.Distinct().Count());

        // A micro-VM may hide its init from iterators.
        Assert.Empty(before.Intersect(after).Except(processes).Except([1u]));
    }

    private static HashSet<uint> LiveProcesses()
    {
        HashSet<uint> processes = [];
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            try
            {
                if (uint.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var process)
                    && !File.ReadAllText(directory + "/stat").Contains(") Z ", StringComparison.Ordinal))
                {
                    processes.Add(process);
                }
            }
            catch (IOException)
            {
                // It ended meanwhile.
            }
        }

        return processes;
    }
}
