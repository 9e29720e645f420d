using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Detector;

/// <summary>Does what docs/first-signature.md tells, line by line.</summary>
public sealed partial class FirstSignatureTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Page_Walked_EndsWithAFinding()
    {
        using var mine = new TemporaryDirectory();
        var signatures = Directory.CreateDirectory(mine["signatures"]).FullName;
        await using var bus = await EventBus.StartAsync();
        bus.StartDetector("d1", arguments: ["--signatures", signatures]);
        await bus.OwnedAsync("d1");

        var page = await File.ReadAllTextAsync(Path.Combine(Repository(), "docs", "first-signature.md"));
        var script = string.Concat(Blocks().Matches(page).Select(m => m.Groups[1].Value))
            .Replace("~/", mine.Path + "/", StringComparison.Ordinal)
            .Replace("$mesh/.mesh/signatures/", signatures, StringComparison.Ordinal);
        var (exitCode, output) = await RunAsync(script, mine["home"]);

        Assert.True(exitCode == 0, output);
        Assert.Contains("Passed!", output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(signatures, "Acme.Started.dll")));
        await bus.EventuallyAsync(() => Task.FromResult(bus.LogContains("Acme.Started.dll: loaded Acme.Started")), "the detector has it");
        await bus.PublishAsync(1, make: () => EventMaker.Make("sched_process_exec", ("pathname", "/tmp/tool")));
        Assert.Equal("started_from_tmp", (string?)Assert.Single(await bus.FindingsAsync(1))["eventName"]);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string script, string home)
    {
        var start = new ProcessStartInfo("bash", ["-euc", script + "\n"])
        {
            WorkingDirectory = Repository(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // Templates are installed for this test alone, and no build server stays behind.
        start.Environment["DOTNET_CLI_HOME"] = home;
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";

        // The SDK's sources went through the analyzers when this test was built.
        start.Environment["RunAnalyzers"] = "false";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        foreach (var inherited in start.Environment.Keys.Where(k => k.StartsWith("MSBuild", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(inherited);
        }

        using var shell = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience);
        var (output, errors) = (shell.StandardOutput.ReadToEndAsync(patience.Token), shell.StandardError.ReadToEndAsync(patience.Token));
        try
        {
            await shell.WaitForExitAsync(patience.Token);
            return (shell.ExitCode, await output + await errors);
        }
        finally
        {
            shell.Kill(entireProcessTree: true);
        }
    }

    private static string Repository([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));

    [GeneratedRegex("^```sh\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Blocks();
}
