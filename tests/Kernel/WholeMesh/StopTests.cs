using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Kernel.WholeMesh;

/// <summary>What a mesh leaves behind: nothing.</summary>
[Collection(WholeMeshCollection.Name)]
public sealed class StopTests
{
    private static readonly string Pinned = $"/sys/fs/bpf/traceemesh/{LiveMesh.Node}";

    [Fact]
    public async Task CtrlC_LeavesNoProcess_AndNothingPinned()
    {
        var before = Loads();
        var mesh = await LiveMesh.StartAsync("--detectors", "2");
        var state = mesh.StateDirectory;
        try
        {
            Assert.Single(Loads().Except(before));
            Assert.Equal(0, await mesh.StopAsync());

            Assert.Empty(ProcessesNaming(state));
            Assert.Empty(Loads().Except(before));
        }
        finally
        {
            await mesh.DisposeAsync();
        }
    }

    // Another mesh of that name may run beside it.
    private static string[] Loads() => Directory.Exists(Pinned) ? Directory.GetDirectories(Pinned) : [];

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
