using System.Diagnostics;
using System.Text.Json.Nodes;
using TraceeMesh.Contracts;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Chaos;

/// <summary>An enricher that is killed under load knows, once it is ready again, all that lives.</summary>
[Collection(WholeMeshCollection.Name)]
public sealed class EnricherRestartTests(SharedMesh shared)
{
    private const int Living = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task KilledUnderLoad_WhenReady_HasEveryLivingProcessWithItsLineage()
    {
        using var load = Process.Start(new ProcessStartInfo(Trigger.PathOf("exec_rate"), ["300", "60", Trigger.PathOf("nothing")]) { RedirectStandardOutput = true })!;
        var shells = new List<Process>();
        try
        {
            for (var i = 0; i < Living; i++)
            {
                shells.Add(Start());
            }

            var before = await EnricherAsync();
            Process.GetProcessById((int)before["pid"]!).Kill();
            shells.Add(Start());
            using var patience = new CancellationTokenSource(Patience);
            while (await EnricherAsync() is var now && ((int?)now["pid"] == (int?)before["pid"] || (string?)now["state"] != "ready"))
            {
                patience.Token.ThrowIfCancellationRequested();
            }

            foreach (var shell in shells)
            {
                var child = ChildOf(shell.Id);
                var result = await shared.Mesh.RunAsync("get", "tracee", "process_tree", $$"""{"pid":{{child}},"maxDepth":2}""", "--json");
                Assert.True(result.ExitCode == ExitCode.Ok, result.Errors);
                var lineage = result.Objects.Single()["process_lineage"]!.AsArray().Select(p => p!["info"]!).ToList();
                Assert.Equal([child, shell.Id, Environment.ProcessId], lineage.Select(p => (int)p["pid"]!));
                Assert.Equal("sleep 60", string.Join(' ', lineage[0]["cmd"]!.AsArray().Select(a => (string?)a)));
                Assert.All(lineage, p => Assert.True((bool?)p["isAlive"]));
                Assert.Equal(shell.Id, (int)lineage[0]["ppid"]!);
            }
        }
        finally
        {
            foreach (var process in shells.Append(load))
            {
                process.Kill(entireProcessTree: true);
                process.Dispose();
            }
        }
    }

    private static Process Start() => Process.Start("/bin/sh", ["-c", "sleep 60; true"]);

    private static int ChildOf(int pid)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            if (File.ReadAllText($"/proc/{pid}/task/{pid}/children").Trim() is { Length: > 0 } child)
            {
                return int.Parse(child, System.Globalization.CultureInfo.InvariantCulture);
            }

            patience.Token.ThrowIfCancellationRequested();
        }
    }

    private async Task<JsonObject> EnricherAsync() =>
        (await shared.Mesh.RunAsync("status", "--json")).Objects.FirstOrDefault(o => (string?)o["service"] == "enricher") ?? [];
}
