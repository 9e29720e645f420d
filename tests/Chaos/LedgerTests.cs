using System.Text.Json.Nodes;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Chaos;

/// <summary>Every event has its place in the books, however many there are.</summary>
[Collection(WholeMeshCollection.Name)]
public sealed class LedgerTests(SharedMesh shared)
{
    private const int Processes = 10_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private LiveMesh Mesh => shared.Mesh;

    [Fact]
    public async Task TenThousandShortProcesses_AreTenThousandExecs_AndTheBooksBalance()
    {
        using var follow = Mesh.Follow("events", "sched_process_exec", "--json");
        var (started, count) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously));
        var loop = -1;
        _ = Task.Run(async () =>
        {
            var seen = 0;
            while (await follow.StandardOutput.ReadLineAsync() is { } line)
            {
                var e = JsonNode.Parse(line)!;
                var path = e["args"]!.AsArray().Single(a => (string?)a!["name"] == "cmdpath")!["value"]!.GetValue<string>();
                started.TrySetResult();
                if (path == "/bin/true" && (int?)e["hostParentProcessId"] == Volatile.Read(ref loop))
                {
                    seen++;
                }
                else if (path == "/bin/false" && (int?)e["hostParentProcessId"] == Volatile.Read(ref loop))
                {
                    count.TrySetResult(seen);
                }
            }
        });

        // The follower's selection is in force once it prints anything at all.
        using (var stop = new CancellationTokenSource(Patience))
        {
            while (!started.Task.IsCompleted)
            {
                await Shell.RunAsync("/bin/true");
                stop.Token.ThrowIfCancellationRequested();
            }
        }

        using var shell = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("sh", ["-c", $"read go; i=0; while [ $i -lt {Processes} ]; do /bin/true; i=$((i+1)); done; /bin/false; true"]) { RedirectStandardInput = true })!;
        Volatile.Write(ref loop, shell.Id);
        await shell.StandardInput.WriteLineAsync("go");
        await shell.WaitForExitAsync();

        Assert.Equal(Processes, await count.Task.WaitAsync(Patience));
        follow.Kill();

        var ledger = await Mesh.RunAsync("ledger", "--no-loss", "--json");
        Assert.True(ledger.ExitCode == 0, ledger.Output + ledger.Errors);
        var node = Assert.Single(ledger.Objects);
        Assert.Equal(LiveMesh.Node, (string?)node["node"]);
    }
}
