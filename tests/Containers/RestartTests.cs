using System.Diagnostics;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Containers;

/// <summary>Containers run on while what watches or keeps them is killed; nothing of them is forgotten or told twice.</summary>
[Collection(MeshWithRuntimesCollection.Name)]
public sealed class RestartTests(MeshWithRuntimes shared)
{
    private const double RestartSeconds = 30;

    [Theory]
    [Runtime("docker")]
    [Runtime("containerd")]
    [Runtime("podman")]
    public async Task RuntimeKilledAndStartedAgain_ItsContainersAreKnown_AndNewOnesToo(string name)
    {
        var runtime = shared.Runtime(name);
        var old = await runtime.RunAsync($"survivor-{name}", "sleep", "3600");
        await shared.Lifecycle.FirstAsync(old.Id, "container_create");

        await runtime.RestartAsync();
        await runtime.ExecAsync(old.Id, "/bin/echo", "still here");
        var created = await runtime.RunAsync($"newcomer-{name}", "sleep", "3600");

        ContainerEvent.AssertTells(await shared.Lifecycle.FirstAsync(created.Id, "container_create"), name, created);
        await TestWait.Until(() => shared.Execs.In(old.Id).Any(IsEcho), "the exec in the surviving container");
        Assert.All(shared.Execs.In(old.Id), e => ContainerEvent.AssertCarries(e, old));
        Assert.Single(shared.Lifecycle.About(old.Id, "container_create"));
        Assert.Empty(shared.Lifecycle.About(old.Id, "container_remove"));
        await runtime.RemoveAsync(old);
        await runtime.RemoveAsync(created);
        await shared.Lifecycle.FirstAsync(old.Id, "container_remove");
    }

    [Theory]
    [Runtime("docker")]
    [Runtime("containerd")]
    [Runtime("podman")]
    public async Task EnricherKilled_ItsContainersAreKnown_AndNoneIsToldTwice(string name)
    {
        var runtime = shared.Runtime(name);
        var old = await runtime.RunAsync($"remembered-{name}", "sleep", "3600");
        var gone = await runtime.RunAsync($"missed-{name}", "sleep", "3600");
        await shared.Lifecycle.FirstAsync(old.Id, "container_create");
        await shared.Lifecycle.FirstAsync(gone.Id, "container_create");

        var killed = await EnricherAsync();
        Process.GetProcessById(killed).Kill();
        await runtime.RemoveAsync(gone);
        var created = await runtime.RunAsync($"meanwhile-{name}", "sleep", "3600");
        await runtime.ExecAsync(old.Id, "/bin/echo", "meanwhile");

        ContainerEvent.AssertTells(await shared.Lifecycle.FirstAsync(created.Id, "container_create", RestartSeconds), name, created);
        await shared.Lifecycle.FirstAsync(gone.Id, "container_remove", RestartSeconds);
        await TestWait.Until(() => shared.Execs.In(old.Id).Any(IsEcho), "the exec in the container that was known before", RestartSeconds);
        Assert.All(shared.Execs.In(old.Id), e => ContainerEvent.AssertCarries(e, old));
        Assert.NotEqual(killed, await EnricherAsync());
        foreach (var container in new[] { old, shared.Existing(name) })
        {
            var values = Assert.Single((await shared.Mesh.RunAsync("get", "tracee", "containers", container.Id, "--json")).Objects);
            Assert.Equal(container.Image, (string?)values["container_image"]);
            Assert.Equal(container.Name, (string?)values["container_name"]);
        }

        await runtime.RemoveAsync(old);
        await runtime.RemoveAsync(created);
        await shared.Lifecycle.FirstAsync(created.Id, "container_remove");
        foreach (var container in new[] { old, gone, created })
        {
            Assert.Single(shared.Lifecycle.About(container.Id, "container_create"));
            Assert.Single(shared.Lifecycle.About(container.Id, "container_remove"));
        }
    }

    private static bool IsEcho(System.Text.Json.Nodes.JsonObject exec) => (string?)exec.Argument("cmdpath") == "/bin/echo";

    private async Task<int> EnricherAsync()
    {
        var pid = 0;
        await TestWait.Until(
            async () => (pid = (int?)(await shared.Mesh.RunAsync("status", "--json")).Objects.FirstOrDefault(o => (string?)o["service"] == "enricher" && (string?)o["state"] == "ready")?["pid"] ?? 0) != 0,
            "an enricher that is ready",
            RestartSeconds);
        return pid;
    }
}
