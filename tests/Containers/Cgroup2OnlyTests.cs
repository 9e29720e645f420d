using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Runtimes;
using Xunit;

namespace TraceeMesh.Tests.Containers;

/// <summary>Runtime and mesh where version 2 is the one hierarchy of cgroups. They run beside no other mesh: its programs would see the same containers.</summary>
[Collection(Name)]
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Cgroup2OnlyTests
{
    private const string Name = "only cgroup2";

    [Theory]
    [Runtime("docker")]
    public async Task Containers_OnAHostOfCgroup2Alone_AreKnown(string name)
    {
        await using var runtime = await Dockerd.StartAsync(OnlyCgroup2.Launcher);
        var existing = await runtime.RunAsync("before", "sleep", "3600");
        Assert.Single(Cgroups.Of(existing.Id));
        await using var mesh = await LiveMesh.StartWithinAsync(
            OnlyCgroup2.Launcher,
            new Dictionary<string, string> { ["TRACEEMESH_RUNTIME_DOCKER"] = runtime.Socket, ["TRACEEMESH_RUNTIME_CONTAINERD"] = "", ["TRACEEMESH_RUNTIME_CRIO"] = "", ["TRACEEMESH_RUNTIME_PODMAN"] = "" });
        await using var lifecycle = await LifecycleLog.StartAsync(mesh);
        await using var execs = await ExecLog.StartAsync(mesh);
        ContainerEvent.AssertTells(await lifecycle.FirstAsync(existing.Id, "existing_container"), name, existing);

        var created = await runtime.RunAsync("after", "sleep", "3600");
        ContainerEvent.AssertTells(await lifecycle.FirstAsync(created.Id, "container_create"), name, created);
        foreach (var container in new[] { existing, created })
        {
            await runtime.ExecAsync(container.Id, "/bin/echo", "here");
            await TestWait.Until(() => execs.In(container.Id).Any(e => (string?)e.Argument("cmdpath") == "/bin/echo"), "the exec in it");
            ContainerEvent.AssertCarries(execs.In(container.Id).Last(e => (string?)e.Argument("cmdpath") == "/bin/echo"), container);
            var values = Assert.Single((await mesh.RunAsync("get", "tracee", "containers", container.Id, "--json")).Objects);
            Assert.Equal(container.Image, (string?)values["container_image"]);
            await runtime.RemoveAsync(container);
            await lifecycle.FirstAsync(container.Id, "container_remove");
            Assert.Single(lifecycle.About(container.Id, "container_remove"));
        }

        Assert.Empty(lifecycle.About(existing.Id, "container_create"));
        Assert.Single(lifecycle.About(created.Id, "container_create"));
    }
}
