using System.Text.Json.Nodes;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Kernel.WholeMesh;

/// <summary>What the client tells of a running mesh.</summary>
[Collection(WholeMeshCollection.Name)]
public sealed class ClientTests(SharedMesh shared)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private LiveMesh Mesh => shared.Mesh;

    [Fact]
    public async Task Status_ShowsEveryService()
    {
        var status = await Mesh.RunAsync("status", "--json");

        Assert.Equal(0, status.ExitCode);
        Assert.Equal(["collector", "datasource-api", "detector", "enricher"], status.Objects.Select(o => (string)o["service"]!).Order());
        Assert.All(status.Objects, o =>
        {
            Assert.Equal("ready", (string?)o["state"]);
            Assert.Equal(LiveMesh.Node, (string?)o["node"]);
            Assert.True(Directory.Exists($"/proc/{o["pid"]}"));
            Assert.NotEmpty((string)o["instance"]!);
            Assert.Contains(':', (string)o["http"]!);
        });
    }

    [Fact]
    public async Task Metrics_OfEveryService_AreAsPrometheusWantsThem()
    {
        using var client = new HttpClient();
        foreach (var service in (await Mesh.RunAsync("status", "--json")).Objects)
        {
            var metrics = await client.GetStringAsync(new Uri($"http://{(string)service["http"]!}/metrics"));

            Assert.Equal((0, ""), await Promtool.CheckMetricsAsync(metrics));
        }
    }

    [Fact]
    public async Task Get_OfAnUnknownContainer_IsNotFound_AndOfAMapNotSupported()
    {
        Assert.Equal(3, (await Mesh.RunAsync("get", "tracee", "containers", "0123", "--json")).ExitCode);
        Assert.Equal(4, (await Mesh.RunAsync("get", "tracee", "containers", """{"pid":1}""", "--json")).ExitCode);
        Assert.Equal(5, (await Mesh.RunAsync("get", "tracee", "nothing", "x", "--json")).ExitCode);
    }

    [Fact]
    public async Task Get_OfAContainer_PrintsItsMap()
    {
        var id = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));
        var directory = Directory.CreateDirectory($"{Cgroups()}/docker/{id}");
        try
        {
            CommandResult result;
            using var patience = new CancellationTokenSource(Patience);
            do
            {
                result = await Mesh.RunAsync("get", "tracee", "containers", id, "--json");
            }
            while (result.ExitCode == 3 && !patience.IsCancellationRequested);

            Assert.True(result.ExitCode == 0, result.Errors);
            var container = Assert.Single(result.Objects);
            Assert.Equal(id, (string?)container["container_id"]);
            Assert.True((long?)container["container_ctime"] > 1_700_000_000_000_000_000);
            Assert.False((bool?)container["k8s_pod_sandbox"]);
            Assert.Equal(
                ["container_ctime", "container_id", "container_image", "container_name", "k8s_pod_id", "k8s_pod_name", "k8s_pod_namespace", "k8s_pod_sandbox"],
                container.Select(p => p.Key).Order());

            var before = await Mesh.RunAsync("get", "tracee", "containers", id, "--at", "2020-01-01T00:00:00Z", "--json");
            Assert.Contains(before.ExitCode, new[] { 3, 5 });
        }
        finally
        {
            directory.Delete();
        }
    }

    private static string Cgroups() => Directory.Exists("/sys/fs/cgroup/unified") ? "/sys/fs/cgroup/unified" : "/sys/fs/cgroup";
}
