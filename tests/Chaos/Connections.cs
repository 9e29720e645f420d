using System.Diagnostics;
using System.Globalization;

namespace TraceeMesh.Tests.Chaos;

/// <summary>Cuts connections of a process, with what is on its way in them.</summary>
internal static class Connections
{
    /// <summary>Has the kernel abort those of a process to a port of this machine.</summary>
    public static async Task CutAsync(int pid, int port)
    {
        var inodes = Directory.EnumerateFiles($"/proc/{pid}/fd")
            .Select(f => new FileInfo(f).LinkTarget ?? "")
            .Where(l => l.StartsWith("socket:[", StringComparison.Ordinal))
            .Select(l => l["socket:[".Length..^1])
            .ToHashSet();
        foreach (var local in File.ReadLines("/proc/net/tcp").Skip(1).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(c => inodes.Contains(c[9]) && PortOf(c[2]) == port).Select(c => PortOf(c[1])))
        {
            using var ss = Process.Start(new ProcessStartInfo("ss", ["-K", "src", $"127.0.0.1:{local}", "dst", $"127.0.0.1:{port}"]) { RedirectStandardOutput = true })!;
            await ss.StandardOutput.ReadToEndAsync();
            await ss.WaitForExitAsync();
        }
    }

    private static int PortOf(string address) => int.Parse(address.AsSpan(address.IndexOf(':', StringComparison.Ordinal) + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
