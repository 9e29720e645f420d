using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Kubernetes;
using TraceeMesh.TestKit.Runtimes;
using Xunit;

namespace TraceeMesh.Tests.Containers;

/// <summary>Each container is told of once when it comes and once when it goes.</summary>
[Collection(MeshWithRuntimesCollection.Name)]
public sealed class LifecycleTests(MeshWithRuntimes shared)
{
    [Theory]
    [Runtime("docker")]
    [Runtime("containerd")]
    [Runtime("podman")]
    public async Task Container_CreatedAndRemoved_IsToldOnceEach(string name)
    {
        var runtime = shared.Runtime(name);
        var container = await runtime.RunAsync($"told-{name}", "sleep", "3600");

        var created = await shared.Lifecycle.FirstAsync(container.Id, "container_create");
        ContainerEvent.AssertTells(created, name, container);

        await runtime.RemoveAsync(container);
        var removed = await shared.Lifecycle.FirstAsync(container.Id, "container_remove");
        Assert.Equal(["runtime", "container_id"], removed["args"]!.AsArray().Select(a => (string)a!["name"]!));
        Assert.Equal(name, (string?)removed.Argument("runtime"));

        await PassAsync(runtime);
        Assert.Single(shared.Lifecycle.About(container.Id, "container_create"));
        Assert.Single(shared.Lifecycle.About(container.Id, "container_remove"));
        Assert.Empty(shared.Lifecycle.About(container.Id, "existing_container"));
    }

    [Theory]
    [Runtime("docker")]
    [Runtime("containerd")]
    [Runtime("podman")]
    public async Task ContainerFromBeforeTheMesh_IsToldAsExisting_Once(string name)
    {
        var container = shared.Existing(name);

        ContainerEvent.AssertTells(await shared.Lifecycle.FirstAsync(container.Id, "existing_container"), name, container);

        await PassAsync(shared.Runtime(name));
        Assert.Single(shared.Lifecycle.About(container.Id, "existing_container"));
        Assert.Empty(shared.Lifecycle.About(container.Id, "container_create"));
    }

    [Theory]
    [Runtime("containerd")]
    public async Task ContainerOfAPodTheApiServerKnows_IsToldWithLabelsAndOwner(string name)
    {
        var told = await shared.Lifecycle.FirstAsync(shared.Existing(name).Id, "existing_container");

        Assert.Equal(PodText.Label.Value, (string?)told["kubernetes"]!["podLabels"]![PodText.Label.Key]);
        Assert.Equal(PodText.Owner.Kind, (string?)told["kubernetes"]!["owner"]!["kind"]);
        Assert.Equal(PodText.Owner.Name, (string?)told["kubernetes"]!["owner"]!["name"]);
        Assert.Equal(shared.Existing(name).Name, (string?)told["container"]!["labels"]!["io.kubernetes.container.name"]);
    }

    [Theory]
    [Runtime("containerd")]
    public async Task Pod_TellsItsSandboxAsOne(string name)
    {
        var runtime = shared.Runtime(name);
        var container = await runtime.RunAsync($"sandboxed-{name}", "sleep", "3600");
        var pod = container.Pod!;

        var sandbox = await shared.Lifecycle.FirstAsync(pod.SandboxId, "container_create");
        Assert.True((bool?)sandbox.Argument("pod_sandbox"));
        Assert.Equal(pod.Name, (string?)sandbox.Argument("pod_name"));
        Assert.Equal(pod.Namespace, (string?)sandbox.Argument("pod_namespace"));
        Assert.Equal(pod.Uid, (string?)sandbox.Argument("pod_uid"));

        var values = Assert.Single((await shared.Mesh.RunAsync("get", "tracee", "containers", pod.SandboxId, "--json")).Objects);
        Assert.True((bool?)values["k8s_pod_sandbox"]);
        await runtime.RemoveAsync(container);
        await shared.Lifecycle.FirstAsync(pod.SandboxId, "container_remove");
    }

    [Theory]
    [Runtime("docker")]
    [Runtime("containerd")]
    [Runtime("podman")]
    public async Task NestedCgroup_ChangesNothingOfItsContainer(string name)
    {
        var runtime = shared.Runtime(name);
        var container = await runtime.RunAsync($"nested-{name}", "sleep", "3600");
        await shared.Lifecycle.FirstAsync(container.Id, "container_create");
        var before = await GetAsync(container.Id);

        var nested = Cgroups.Of(container.Id).Select(c => Directory.CreateDirectory(Path.Combine(c, "init.scope"))).ToList();
        Assert.NotEmpty(nested);
        await PassAsync(runtime);
        Assert.Equal(before, await GetAsync(container.Id));
        nested.ForEach(n => n.Delete());
        await PassAsync(runtime);

        Assert.Equal(before, await GetAsync(container.Id));
        Assert.Empty(shared.Lifecycle.About(container.Id, "container_remove"));
        await runtime.RemoveAsync(container);
        await shared.Lifecycle.FirstAsync(container.Id, "container_remove");
        await PassAsync(runtime);
        Assert.Single(shared.Lifecycle.About(container.Id, "container_create"));
        Assert.Single(shared.Lifecycle.About(container.Id, "container_remove"));
    }

    /// <summary>Another container comes and goes: what was to be told before it has been told then.</summary>
    private async Task PassAsync(ITestRuntime runtime)
    {
        var marker = await runtime.RunAsync($"marker-{Guid.NewGuid():N}", "sleep", "3600");
        await runtime.RemoveAsync(marker);
        await shared.Lifecycle.FirstAsync(marker.Id, "container_remove");
    }

    private async Task<string> GetAsync(string id)
    {
        var result = await shared.Mesh.RunAsync("get", "tracee", "containers", id, "--json");
        Assert.True(result.ExitCode == 0, result.Errors);
        return result.Output;
    }
}
