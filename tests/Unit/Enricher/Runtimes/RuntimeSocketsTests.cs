using Microsoft.Extensions.Configuration;
using TraceeMesh.Enricher.Containers;
using TraceeMesh.Enricher.Containers.Runtimes;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher.Runtimes;

public sealed class RuntimeSocketsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ServiceCounters _counters = new();
    private readonly ManualTime _time = new();

    [Fact]
    public void From_NothingConfigured_NamesTheUsualPlaces() => Assert.Equal(
        [
            new(ContainerRuntime.Docker, "/var/run/docker.sock", false),
            new(ContainerRuntime.Containerd, "/var/run/containerd/containerd.sock", false),
            new(ContainerRuntime.Crio, "/var/run/crio/crio.sock", false),
            new(ContainerRuntime.Podman, "/var/run/podman/podman.sock", false),
        ],
        RuntimeSockets.From(new ConfigurationBuilder().Build()));

    [Fact]
    public void From_Configured_TakesThePathAndLeavesOutTheEmptyOne()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?> { ["RUNTIME_DOCKER"] = "unix:///a.sock", ["RUNTIME_CONTAINERD"] = "", ["RUNTIME_CRIO"] = "/c.sock", ["RUNTIME_PODMAN"] = "" }).Build();

        Assert.Equal(
            [new(ContainerRuntime.Docker, "/a.sock", true), new RuntimeSocket(ContainerRuntime.Crio, "/c.sock", true)],
            RuntimeSockets.From(configuration));
    }

    [Fact]
    public async Task For_UnknownKind_IsAllOfThem()
    {
        await using var sockets = Sockets(new(ContainerRuntime.Docker, "/a", true), new(ContainerRuntime.Crio, "/c", true));

        Assert.Equal([ContainerRuntime.Docker, ContainerRuntime.Crio], sockets.For(ContainerRuntime.Unknown).Select(r => r.Kind));
        Assert.Equal("/c", Assert.Single(sockets.For(ContainerRuntime.Crio)).Socket);
        Assert.Empty(sockets.For(ContainerRuntime.Garden));
    }

    [Fact]
    public async Task For_RuntimeThatStartsLater_IsSeenAtTheNextLook()
    {
        var path = Path.Combine(_directory.Path, "docker.sock");
        await using var sockets = Sockets(new RuntimeSocket(ContainerRuntime.Docker, path, false));
        Assert.Empty(sockets.For(ContainerRuntime.Docker));

        await File.WriteAllTextAsync(path, "");
        Assert.Empty(sockets.For(ContainerRuntime.Docker));
        _time.Advance(RuntimeSockets.RecheckInterval);

        var first = Assert.Single(sockets.For(ContainerRuntime.Docker));
        _time.Advance(RuntimeSockets.RecheckInterval);
        Assert.Same(first, Assert.Single(sockets.For(ContainerRuntime.Docker)));
    }

    [Fact]
    public async Task Ask_AnyOutcome_IsCounted()
    {
        await using var sockets = Sockets(new RuntimeSocket(ContainerRuntime.Podman, Path.Combine(_directory.Path, "absent"), true));

        var answer = await sockets.For(ContainerRuntime.Podman)[0].AskAsync("abc", CancellationToken.None);

        Assert.Equal(RuntimeStatus.Unreachable, answer.Status);
        Assert.Equal(1, _counters.Read()["runtime_unreachable"]);
        Assert.Equal(0, _counters.Read()["runtime_found"]);
    }

    public void Dispose()
    {
        _counters.Dispose();
        _directory.Dispose();
    }

    private RuntimeSockets Sockets(params RuntimeSocket[] sockets) => new(sockets, _time, new RuntimeCounters(_counters));
}
