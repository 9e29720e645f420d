using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Chaos;

/// <summary>A mesh of which one part after the other is killed.</summary>
[Collection(WholeMeshCollection.Name)]
public sealed class KillTests
{
    [Fact]
    public async Task ServiceOrBusKilled_IsStartedAgain_FindingsGoOn_AndTheBooksBalance()
    {
        await using var mesh = await LiveMesh.StartAsync();
        foreach (var service in new[] { "detector", "enricher", "datasource-api" })
        {
            var before = await PidAsync(mesh, service);
            System.Diagnostics.Process.GetProcessById(before).Kill();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (await PidAsync(mesh, service) is var now && (now == 0 || now == before))
            {
                patience.Token.ThrowIfCancellationRequested();
            }
        }

        await TriggerAsync(mesh);
        await AssertBalancedAsync(mesh);

        // The streams of the bus lie in memory: what was in them is lost by name, or was not settled and is sent again.
        mesh.Bus().Kill();
        await TriggerAsync(mesh);
        await AssertBalancedAsync(mesh);
    }

    private static async Task TriggerAsync(LiveMesh mesh)
    {
        // A trigger that falls into the pause may be lost by name, so it is repeated until one is found.
        for (var tries = 0; ; tries++)
        {
            var (pid, _) = await Shell.RunAsync("/usr/bin/python3", "-c", "import ctypes; ctypes.CDLL(None).ptrace(0,0,0,0)");
            try
            {
                await mesh.WaitForOutputAsync(l => l.Contains("anti_debugging", StringComparison.Ordinal) && l.Contains($"[{pid}]", StringComparison.Ordinal), TimeSpan.FromSeconds(5));
                return;
            }
            catch (TimeoutException) when (tries < 6)
            {
                // The next one.
            }
        }
    }

    private static async Task AssertBalancedAsync(LiveMesh mesh)
    {
        var ledger = await mesh.RunAsync("ledger", "--timeout", "20s");
        Assert.True(ledger.ExitCode == 0, ledger.Output + ledger.Errors + mesh.Describe());
    }

    private static async Task<int> PidAsync(LiveMesh mesh, string service)
    {
        var found = (await mesh.RunAsync("status", "--json")).Objects.FirstOrDefault(o => (string?)o["service"] == service && (string?)o["state"] == "ready");
        return (int?)found?["pid"] ?? 0;
    }
}
