using Xunit;

namespace TraceeMesh.Tests.Containers;

/// <summary>The runtimes the other tests stand on, without a mesh.</summary>
public sealed class HarnessTests
{
    [Theory]
    [Runtime("docker")]
    [Runtime("containerd")]
    [Runtime("podman")]
    public async Task Runtime_RunsAContainerAcrossItsRestart_AndLeavesNothing(string name)
    {
        string socket;
        await using (var runtime = await TestRuntimes.StartAsync(name))
        {
            socket = runtime.Socket;
            var container = await runtime.RunAsync("cart-0", "sleep", "3600");
            Assert.Equal(64, container.Id.Length);
            Assert.NotEmpty(Cgroups.Of(container.Id));

            await runtime.RestartAsync();
            await runtime.ExecAsync(container.Id, "true");
            await runtime.RemoveAsync(container);

            Assert.Empty(Cgroups.Of(container.Id));
            await runtime.RunAsync("cart-1", "sleep", "3600");
        }

        var directory = Path.GetDirectoryName(socket)!;
        Assert.False(Directory.Exists(directory));
        Assert.DoesNotContain(File.ReadLines("/proc/self/mountinfo"), l => l.Contains(directory, StringComparison.Ordinal));
        Assert.Empty(Cgroups.Of(Path.GetFileName(directory)));
    }
}
