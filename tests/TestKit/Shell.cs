using System.Diagnostics;
using Xunit;

namespace TraceeMesh.TestKit;

/// <summary>Runs a trigger and says which process it was.</summary>
public static class Shell
{
    /// <summary>Runs a program to its end.</summary>
    /// <returns>Its process id and output.</returns>
    public static async Task<(int Pid, string Output)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var pid = process.Id;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} exited with {process.ExitCode}: {await errors}");
        return (pid, output);
    }
}
