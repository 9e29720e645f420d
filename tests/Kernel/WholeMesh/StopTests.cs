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
