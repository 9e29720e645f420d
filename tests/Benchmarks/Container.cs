using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace TraceeMesh.Benchmarks;

/// <summary>A cgroup with the path of a container, in which the trigger <c>traceme_rate</c> runs.</summary>
internal sealed class Container : IDisposable
{
    private readonly string _cgroup;

    private Container(string id)
    {
        IdBytes = Encoding.UTF8.GetBytes(id);
        _cgroup = Path.Combine(File.ReadLines("/proc/mounts").Select(l => l.Split(' ')).First(columns => columns[2] == "cgroup2")[1], "docker", id);
        Directory.CreateDirectory(_cgroup);
    }

    /// <summary>Its id as it stands in a finding.</summary>
    public byte[] IdBytes { get; }

    /// <summary>Makes one that differs from those of other numbers and of other processes.</summary>
    public static Container Create(int number) => new(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId:x8}{number:x56}"));

    /// <summary>Asks so many times a second for so long to be traced.</summary>
    public async Task RunAsync(int rate, int seconds, CancellationToken cancellation)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "triggers", "traceme_rate");
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"echo $$ > {_cgroup}/cgroup.procs; exec {program} {rate} {seconds}"]) { RedirectStandardOutput = true })!;
        await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"traceme_rate exited with {process.ExitCode}");
        }
    }

    public void Dispose() => Directory.Delete(_cgroup);
}
