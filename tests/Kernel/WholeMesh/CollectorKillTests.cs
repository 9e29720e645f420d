using System.Text.Json.Nodes;
using TraceeMesh.Contracts;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Kernel.WholeMesh;

/// <summary>A collector that is killed, and the one that follows it.</summary>
[Collection(WholeMeshCollection.Name)]
public sealed class CollectorKillTests
{
    private const int Rate = 50;
    private const int Kills = 3;
    private const double Patience = 60;

    [Fact]
    public async Task Killed_UnderLoad_IsFollowedByOneThatLosesAndRepeatsNothing()
    {
        await using var mesh = await LiveMesh.StartAsync();
        await mesh.FindsAsync("anti_debugging", async () => (await Shell.RunAsync(Trigger.PathOf("traceme"))).Pid);
        await using var bus = await mesh.ConnectAsync(Permissions.CommandLine);
        var load = await LoadOfAsync(mesh);
        using var run = TriggerRun.Start(Rate, 12);
        for (var kill = 0; kill < Kills; kill++)
        {
            await KillAsync(mesh);
        }

        var triggers = await run.EndAsync();
        var ledger = await mesh.RunAsync("ledger", "--no-loss", "--timeout", "30s", "--json");
        Assert.True(ledger.ExitCode == ExitCode.Ok, ledger.Output + ledger.Errors + mesh.Describe());
        Assert.Equal(load, (string?)Assert.Single(ledger.Objects)["loadId"]);

        var findings = (await StoredFindings.OnChildrenOfAsync(bus, run.Parent)).GetValueOrDefault("anti_debugging") ?? [];
        Assert.Equal(triggers, findings.Count);
        Assert.Equal(triggers, findings.DistinctBy(f => (int)f["hostProcessId"]!).Count());
    }

    [Fact]
    [Trait("Length", "long")]
    public async Task Killed_WhereNothingCanBePinned_IsSaidToBeIncomplete()
    {
        await using var mesh = await LiveMesh.StartWithinAsync(["unshare", "--mount", "sh", "-c", "umount /sys/fs/bpf && exec \"$@\"", "sh"], new Dictionary<string, string>());
        var before = await LoadOfAsync(mesh);
        await KillAsync(mesh);

        CommandResult? ledger = null;
        await TestWait.Until(
            async () => (ledger = await mesh.RunAsync("ledger", "--timeout", "2s", "--json")).Objects.Any(n => ((string?)n["reason"] ?? "").StartsWith("incomplete", StringComparison.Ordinal)),
            "the ledger says that it is incomplete",
            Patience,
            () => $"{ledger?.Output}{ledger?.Errors}\n{mesh.Describe()}");
        Assert.NotEqual(ExitCode.Ok, ledger!.ExitCode);
        Assert.Contains(before, Assert.Single(ledger.Objects)["unclosed"]!.AsArray().Select(l => (string?)l));
    }

    private static async Task<string> LoadOfAsync(LiveMesh mesh) =>
        (string)(await mesh.RunAsync("ledger", "--json", "--timeout", "20s")).Objects.Single()["loadId"]!;

    // Waits until another one is ready.
    private static async Task KillAsync(LiveMesh mesh)
    {
        var killed = new MeshProcesses(mesh.Pid).Of("collector").Single();
        MeshProcesses.Kill(killed);
        await TestWait.Until(
            async () => (await mesh.RunAsync("status", "--json")).Objects.Any(o => IsReadyCollector(o) && (int?)o["pid"] != killed),
            "another collector is ready",
            Patience,
            mesh.Describe);
    }

    private static bool IsReadyCollector(JsonObject service) => (string?)service["service"] == "collector" && (string?)service["state"] == "ready";
}
