using System.Diagnostics;

namespace TraceeMesh.Benchmarks;

/// <summary>The programs of tests/triggers.</summary>
internal static class Triggers
{
    /// <summary>Runs one to its end and returns what it said, by name.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> RunAsync(string name, string[] arguments, CancellationToken cancellation)
    {
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "triggers", name), arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"the trigger {name} exited with {process.ExitCode}");
        }

        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('=', 2)).ToDictionary(p => p[0], p => p[1]);
    }
}
