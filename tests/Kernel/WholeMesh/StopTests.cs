using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Kernel.WholeMesh;

/// <summary>What a mesh leaves behind: nothing.</summary>
[Collection(WholeMeshCollection.Name)]
public sealed class StopTests
{
    [Fact]
    public async Task CtrlC_LeavesNoProcess_AndNothingPinned()
    {
        var mesh = await LiveMesh.StartAsync("--detectors", "2");
        var state = mesh.StateDirectory;
        try
        {
            Assert.Equal(0, await mesh.StopAsync());

            Assert.Empty(ProcessesNaming(state));
            Assert.False(Directory.Exists($"/sys/fs/bpf/traceemesh/{LiveMesh.Node}"));
        }
        finally
        {
            await mesh.DisposeAsync();
        }
    }

    [Fact]
    public async Task ServiceKilled_IsStartedAgain_AndFindsGoOn()
    {
        await using var mesh = await LiveMesh.StartAsync();
        foreach (var service in new[] { "detector", "enricher", "datasource-api" })
        {
            var before = await PidAsync(mesh, service);
            System.Diagnostics.Process.GetProcessById(before).Kill();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (await PidAsync(mesh, service) == before)
            {
                patience.Token.ThrowIfCancellationRequested();
            }
        }

        var (pid, _) = await Shell.RunAsync("/usr/bin/python3", "-c", "import ctypes; ctypes.CDLL(None).ptrace(0,0,0,0)");
        await mesh.WaitForOutputAsync(l => l.Contains("anti_debugging", StringComparison.Ordinal) && l.Contains($"{pid}", StringComparison.Ordinal), TimeSpan.FromSeconds(20));
        var ledger = await mesh.RunAsync("ledger", "--timeout", "20s");
        Assert.True(ledger.ExitCode == 0, ledger.Output + ledger.Errors + mesh.Describe());
    }

    private static async Task<int> PidAsync(LiveMesh mesh, string service)
    {
        var found = (await mesh.RunAsync("status", "--json")).Objects.FirstOrDefault(o => (string?)o["service"] == service && (string?)o["state"] == "ready");
        return (int?)found?["pid"] ?? 0;
    }

    private static List<string> ProcessesNaming(string text)
    {
        var found = new List<string>();
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)))
        {
            try
            {
                var command = File.ReadAllText($"{process}/cmdline");
                if (command.Contains(text, StringComparison.Ordinal))
                {
                    found.Add(command.Replace('\0', ' '));
                }
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }
        }

        return found;
    }
}
