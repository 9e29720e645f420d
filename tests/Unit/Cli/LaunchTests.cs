using System.Net;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Up;
using Xunit;

namespace TraceeMesh.Tests.Unit.Cli;

public sealed class LaunchTests
{
    [Theory]
    [InlineData("1000", "1000", 1000u)]
    [InlineData(null, null, 59_466u)]
    [InlineData("0", "0", 59_466u)]
    [InlineData("root; rm", "1", 59_466u)]
    public void UnprivilegedUser_Chosen_IsThePersonBehindSudoButNeverRoot(string? uid, string? gid, uint expected) =>
        Assert.Equal(expected, UnprivilegedUser.Choose(uid, gid).Uid);

    [Fact]
    public void LaunchIdentity_Unprivileged_KeepsNoCapabilityAndNoGroup()
    {
        var options = LaunchIdentity.For(new UnprivilegedUser(7, 8), []).Options;

        Assert.Equal(["--reuid", "7", "--regid", "8", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"], options);
    }

    [Fact]
    public void LaunchIdentity_WithGroups_HasExactlyThese() =>
        Assert.Contains("5,6", LaunchIdentity.For(new UnprivilegedUser(7, 8), [5, 6]).Options);

    [Fact]
    public void MeshLayout_OfTheRepository_TellsEachServiceWhatItNeeds()
    {
        var options = new UpOptions(new StateDirectory("/state"), "node-a") { Sources = "/sources" };
        var topology = new Topology(
        [
            new("datasource-api", "d.csproj", 2, ServiceUser.Service, ["http", "grpc"]),
            new("detector", "e.csproj", 3, ServiceUser.Service, ["http"]),
            new("collector", "c.csproj", 1, ServiceUser.Root, ["http"]),
        ]);

        var layout = new MeshLayout(options, topology, new PortPicker());
        var commands = layout.Instances.ToDictionary(i => MeshLayout.InstanceName(i.Service, i.Replica), i => string.Join(' ', layout.Arguments(i.Service, i.Replica, path => path)));

        Assert.Equal(["datasource-api-1", "datasource-api-2", "detector-1", "detector-2", "detector-3", "collector-1"], layout.Instances.Select(i => MeshLayout.InstanceName(i.Service, i.Replica)));
        Assert.Equal(
            $"--node node-a --instance datasource-api-1 --nats {layout.NatsUrl} --credentials /state/credentials/datasource-api.json --http {layout.Console} --grpc {layout.Grpc} --expect collector=1,detector=3,datasource-api=2 --sources /sources",
            commands["datasource-api-1"]);
        Assert.DoesNotContain(layout.Console.ToString(), commands["datasource-api-2"], StringComparison.Ordinal);
        Assert.DoesNotContain(layout.Grpc.ToString(), commands["datasource-api-2"], StringComparison.Ordinal);
        Assert.StartsWith($"--node node-a --instance collector-1 --nats {layout.NatsUrl} --credentials /state/credentials/collector.json --http {IPAddress.Loopback}:", commands["collector-1"], StringComparison.Ordinal);
        Assert.EndsWith(" --signatures /state/signatures", commands["detector-2"], StringComparison.Ordinal);
        Assert.DoesNotContain("--expect", commands["collector-1"], StringComparison.Ordinal);
    }
}
