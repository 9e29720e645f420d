using System.Text.Json.Nodes;
using TraceeMesh.Contracts;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Chaos;

/// <summary>Every service is told to stop, one after the other, and started again, under load.</summary>
[Collection(WholeMeshCollection.Name)]
public sealed class RollingRestartTests
{
    private const int Rate = 60;
    private const int LongestSeconds = 120;
    private const double Patience = 60;

    [Fact]
    public async Task Services_RestartedOneAfterTheOther_LoseAndRepeatNothing()
    {
        await using var mesh = await LiveMesh.StartAsync("--detectors", "2");
        await using var bus = await mesh.ConnectAsync(Permissions.CommandLine);
        await mesh.FindsAsync("anti_debugging", async () => (await Shell.RunAsync(Trigger.PathOf("traceme"))).Pid);

        using var run = TriggerRun.Start(Rate, LongestSeconds);
        foreach (var part in new[] { "collector", "enricher", "detector", "datasource-api" })
        {
            foreach (var pid in new MeshProcesses(mesh.Pid).Of(part))
            {
                await RestartAsync(mesh, part, pid);
            }
        }

        var triggers = await run.EndNowAsync();
        var ledger = await mesh.RunAsync("ledger", "--no-loss", "--timeout", "30s");
        Assert.True(ledger.ExitCode == ExitCode.Ok, ledger.Output + ledger.Errors + mesh.Describe());
        var findings = (await StoredFindings.OnChildrenOfAsync(bus, run.Parent)).GetValueOrDefault("anti_debugging") ?? [];
        Assert.Equal(triggers, findings.Count);
        Assert.Equal(triggers, findings.DistinctBy(f => (int)f["hostProcessId"]!).Count());
    }

    private static async Task RestartAsync(LiveMesh mesh, string part, int pid)
    {
        var others = new MeshProcesses(mesh.Pid).Of(part).Count;
        await MeshProcesses.SignalAsync("TERM", pid);
        await TestWait.Until(
            async () => (await mesh.RunAsync("status", "--json")).Objects.Count(o => IsReady(o, part) && (int?)o["pid"] != pid) == others,
            $"{part} is ready again",
            Patience,
            mesh.Describe);
    }

    private static bool IsReady(JsonObject service, string part) => (string?)service["service"] == part && (string?)service["state"] == "ready";
}
