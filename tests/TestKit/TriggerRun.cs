using System.Diagnostics;
using System.Globalization;

namespace TraceeMesh.TestKit;

/// <summary>A known number of processes that each ask once to be traced, on the host or in a container.</summary>
public sealed class TriggerRun : IDisposable
{
    private readonly Process _process;
    private readonly string? _cgroup;

    private TriggerRun(Process process, string? cgroup) => (_process, _cgroup) = (process, cgroup);

    /// <summary>The parent of all of them.</summary>
    public int Parent => _process.Id;

    /// <summary>Starts so many a second for so long.</summary>
    /// <param name="rate">How many a second.</param>
    /// <param name="seconds">For how long.</param>
    /// <param name="container">Id of the container they are in, 64 hexadecimal digits; null for the host.</param>
    public static TriggerRun Start(int rate, int seconds, string? container = null)
    {
        var cgroup = container is null ? null : Path.Combine(UnifiedMount(), "docker", container);
        if (cgroup is not null)
        {
            Directory.CreateDirectory(cgroup);
        }

        var enter = cgroup is null ? "" : $"echo $$ > {cgroup}/cgroup.procs; ";
        var line = $"{enter}exec {Trigger.PathOf("exec_rate")} {rate} {seconds} {Trigger.PathOf("traceme")}";
        return new TriggerRun(Process.Start(new ProcessStartInfo("/bin/sh", ["-c", line]) { RedirectStandardOutput = true })!, cgroup);
    }

    /// <summary>Waits until the last has ended. Returns how many there were.</summary>
    public async Task<int> EndAsync()
    {
        var output = await _process.StandardOutput.ReadToEndAsync();
        await _process.WaitForExitAsync();
        var execs = output.Split('\n').Single(l => l.StartsWith("execs=", StringComparison.Ordinal));
        return int.Parse(execs.AsSpan("execs=".Length), CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
        if (_cgroup is not null)
        {
            Directory.Delete(_cgroup);
        }
    }

    private static string UnifiedMount() => File.ReadLines("/proc/mounts").Select(l => l.Split(' ')).First(columns => columns[2] == "cgroup2")[1];
}
