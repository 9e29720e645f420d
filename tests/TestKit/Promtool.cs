using System.Diagnostics;

namespace TraceeMesh.TestKit;

/// <summary>Prometheus' own judge of metrics and rules, of Debian's package prometheus, which <c>./mesh test</c> installs.</summary>
public static class Promtool
{
    /// <summary>What it prints of metrics; nothing, and 0, where they are as they should be.</summary>
    public static Task<(int ExitCode, string Output)> CheckMetricsAsync(string metrics) => RunAsync(metrics, "check", "metrics");

    /// <summary>What it prints of a file of rules.</summary>
    public static Task<(int ExitCode, string Output)> CheckRulesAsync(string path) => RunAsync("", "check", "rules", path);

    private static async Task<(int ExitCode, string Output)> RunAsync(string input, params string[] arguments)
    {
        using var promtool = Process.Start(new ProcessStartInfo("promtool", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = promtool.StandardOutput.ReadToEndAsync();
        var errors = promtool.StandardError.ReadToEndAsync();
        await promtool.StandardInput.WriteAsync(input);
        promtool.StandardInput.Close();
        await promtool.WaitForExitAsync();
        return (promtool.ExitCode, await output + await errors);
    }
}
