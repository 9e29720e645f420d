using System.Text.Json.Nodes;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Containers;

/// <summary>Events inside containers say which, and a lookup by their container id says more.</summary>
[Collection(MeshWithRuntimesCollection.Name)]
public sealed class LookupTests(MeshWithRuntimes shared)
{
    private const int Programs = 20;

    [Theory]
    [Runtime("docker")]
    [Runtime("containerd")]
    [Runtime("podman")]
    public async Task EveryExecInside_CarriesItsContainer(string name)
    {
        var runtime = shared.Runtime(name);
        var container = await runtime.RunAsync($"busy-{name}", "sh", "-c", $"i=0; while [ $i -lt {Programs} ]; do /bin/ls /; i=$((i+1)); done; exec sleep 3600");
        await runtime.ExecAsync(container.Id, "/bin/echo", "done");

        await TestWait.Until(() => Paths(container.Id).Contains("/bin/echo") && Paths(container.Id).Count(p => p == "/bin/ls") == Programs, $"all execs in the container; there were: {string.Join(' ', Paths(container.Id))}");
        var execs = shared.Execs.In(container.Id);
        Assert.All(execs, e => ContainerEvent.AssertCarries(e, container));
        Assert.True((bool?)execs.Last(e => Path(e) == "/bin/ls")["contextFlags"]!["containerStarted"]);
        await runtime.RemoveAsync(container);
    }

    [Theory]
    [Runtime("docker")]
    [Runtime("containerd")]
    [Runtime("podman")]
    public async Task ShortLivedContainer_IsFoundByTheIdInItsOwnExecEvent(string name)
    {
        var runtime = shared.Runtime(name);
        var container = await runtime.RunAsync($"short-{name}", "ls", "/");
        await runtime.RemoveAsync(container);

        await TestWait.Until(() => Paths(container.Id).Contains("/bin/ls"), "the exec of its entry point");
        var exec = shared.Execs.In(container.Id).Last(e => Path(e) == "/bin/ls");
        ContainerEvent.AssertCarries(exec, container);
        var values = await GetAsync((string)exec["containerId"]!);
        Assert.Equal(container.Image, (string?)values["container_image"]);
        Assert.Equal(container.Name, (string?)values["container_name"]);
    }

    [Theory]
    [Runtime("docker")]
    [Runtime("containerd")]
    [Runtime("podman")]
    public async Task Get_OfARunningContainer_PrintsItsEightValues(string name)
    {
        var container = shared.Existing(name);
        await shared.Lifecycle.FirstAsync(container.Id, "existing_container");

        var values = await GetAsync(container.Id);

        Assert.Equal(
            ["container_ctime", "container_id", "container_image", "container_name", "k8s_pod_id", "k8s_pod_name", "k8s_pod_namespace", "k8s_pod_sandbox"],
            values.Select(p => p.Key).Order());
        Assert.Equal(container.Id, (string?)values["container_id"]);
        Assert.Equal(container.Name, (string?)values["container_name"]);
        Assert.Equal(container.Image, (string?)values["container_image"]);
        Assert.Equal(container.Pod?.Uid ?? "", (string?)values["k8s_pod_id"]);
        Assert.Equal(container.Pod?.Name ?? "", (string?)values["k8s_pod_name"]);
        Assert.Equal(container.Pod?.Namespace ?? "", (string?)values["k8s_pod_namespace"]);
        Assert.False((bool?)values["k8s_pod_sandbox"]);
        Assert.True((long?)values["container_ctime"] > 1_700_000_000_000_000_000);
    }

    private static string Path(JsonObject exec) => (string)exec.Argument("cmdpath")!;

    private IReadOnlyList<string> Paths(string id) => [.. shared.Execs.In(id).Select(Path)];

    private async Task<JsonObject> GetAsync(string id)
    {
        var result = await shared.Mesh.RunAsync("get", "tracee", "containers", id, "--json");
        Assert.True(result.ExitCode == 0, result.Errors);
        return Assert.Single(result.Objects);
    }
}
