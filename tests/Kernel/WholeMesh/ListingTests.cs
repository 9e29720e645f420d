using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Kernel.WholeMesh;

/// <summary>What the command line lists of data sources, and writes into them.</summary>
[Collection(WholeMeshCollection.Name)]
public sealed class ListingTests(SharedMesh shared)
{
    private LiveMesh Mesh => shared.Mesh;

    [Fact]
    public async Task Processes_HoldThisOne_BelowItsParent()
    {
        var table = await Mesh.RunAsync("processes", "--json");
        var tree = await Mesh.RunAsync("processes", "--tree");

        Assert.Equal((0, 0), (table.ExitCode, tree.ExitCode));
        var own = Assert.Single(table.Objects, o => (long)Info(o)["pid"]! == Environment.ProcessId);
        Assert.Contains("dotnet", string.Join(' ', Info(own)["cmd"]!.AsArray().Select(c => (string?)c)), StringComparison.Ordinal);
        var lines = tree.Output.Split('\n');
        var child = Array.FindIndex(lines, l => l.Contains($" {Environment.ProcessId} ", StringComparison.Ordinal));
        var parent = Array.FindIndex(lines, l => l.TrimStart(' ', '│', '├', '└', '─').StartsWith($"{Info(own)["ppid"]} ", StringComparison.Ordinal));
        Assert.True(parent >= 0 && child > parent, tree.Output);
    }

    [Fact]
    public async Task Processes_AsOfATime_HoldWhatHasEndedSince()
    {
        using var sleeper = Process.Start("sleep", "60")!;
        await TestWait.Until(() => IsListedAsync(sleeper.Id), "the process is listed", 30, () => "");
        var then = TimeProvider.System.GetUtcNow();
        sleeper.Kill();
        await TestWait.Until(async () => !await IsListedAsync(sleeper.Id), "the process is listed no longer", 30, () => "");

        Assert.True(await IsListedAsync(sleeper.Id, "--at", then.ToString("O", CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Sources_AreThoseOfTheNodeAndOfTheMesh()
    {
        var sources = await Mesh.RunAsync("sources", "--json");

        var names = sources.Objects.Select(s => $"{s["namespace"]}/{s["id"]}").ToList();
        Assert.Equal(0, sources.ExitCode);
        Assert.Contains("tracee/containers", names);
        Assert.Contains("my_namespace/threshold_datasource", names);
    }

    [Fact]
    public async Task Put_IsReadByGet_UntilItIsDeleted()
    {
        var put = await Mesh.RunAsync("put", "e2e_inst", "demo", "listing", "seven");
        var found = await Mesh.RunAsync("get", "e2e_inst", "demo", "listing");
        var deleted = await Mesh.RunAsync("put", "e2e_inst", "demo", "listing", "--delete");
        var gone = await Mesh.RunAsync("get", "e2e_inst", "demo", "listing");

        Assert.True(put.ExitCode == 0, put.Errors);
        Assert.Contains("seven", found.Output, StringComparison.Ordinal);
        Assert.Equal((0, 3), (deleted.ExitCode, gone.ExitCode));
    }

    [Fact]
    public async Task Put_OfAKeyThatTheSourceDoesNotTake_SaysSo()
    {
        var refused = await Mesh.RunAsync("put", "e2e_inst", "demo", "{\"a\":1}", "7");

        Assert.Equal(4, refused.ExitCode);
        Assert.StartsWith("tmesh: ", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dns_AndContainers_AreTables()
    {
        Assert.StartsWith("NAME OR ADDRESS", (await Mesh.RunAsync("dns")).Output, StringComparison.Ordinal);
        Assert.StartsWith("CONTAINER", (await Mesh.RunAsync("containers")).Output, StringComparison.Ordinal);
    }

    private async Task<bool> IsListedAsync(int process, params string[] more) =>
        (await Mesh.RunAsync(["processes", "--json", .. more])).Objects.Any(o => (long)Info(o)["pid"]! == process);

    private static JsonNode Info(JsonNode entry) => entry["values"]!["process_info"]!["info"]!;
}
