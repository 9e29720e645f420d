using TraceeMesh.Cli.Up;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Unit.Cli;

public sealed class RuntimeSocketsTests
{
    [Fact]
    public void Find_NothingConfigured_IsWherePackagesPutThem() => Assert.Equal(
        ["/run/docker.sock", "/run/containerd/containerd.sock", "/run/crio/crio.sock", "/run/podman/podman.sock"],
        RuntimeSockets.Find(_ => null));

    [Fact]
    public void Find_Configured_TakesThePathAndLeavesOutTheEmptyOne()
    {
        var environment = new Dictionary<string, string> { ["TRACEEMESH_RUNTIME_DOCKER"] = "unix:///a.sock", ["TRACEEMESH_RUNTIME_CONTAINERD"] = "", ["TRACEEMESH_RUNTIME_CRIO"] = "/c.sock" };

        Assert.Equal(["/a.sock", "/c.sock", "/run/podman/podman.sock"], RuntimeSockets.Find(n => environment.GetValueOrDefault(n)));
    }

    [Fact]
    public void Groups_OfSocketsThatAreNotThere_AreNone()
    {
        using var directory = new TemporaryDirectory();

        Assert.Empty(RuntimeSockets.Groups([directory["absent.sock"]]));
    }
}
