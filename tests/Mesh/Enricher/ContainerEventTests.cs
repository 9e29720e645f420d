using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Containers;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Enricher.Containers.Kubernetes;
using TraceeMesh.Enricher.Containers.Runtimes;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Records;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Enricher;

public sealed class ContainerEventTests
{
    private static readonly string Known = new('a', 64);
    private static readonly string Hanging = new('b', 64);

    [Fact]
    public async Task OneHangingAnswer_HoldsUpItsContainerForTheBoundAndNoOther()
    {
        await using var mesh = await EnricherMesh.StartAsync([new OneHangs()]);
        await mesh.SendAsync(0, new RecordBuilder().SnapshotEnd().Cgroup(EventIds.CgroupMkdir, 78, $"/docker/{Hanging}").Cgroup(EventIds.CgroupMkdir, 77, $"/docker/{Known}"));
        var records = new RecordBuilder();
        records.Head.CgroupId = 78;
        records.Open("/hanging");
        records.Head.CgroupId = 77;
        records.Open("/known");
        await mesh.SendAsync(3, records);

        // Two events of containers made, two creations, and the snapshot's end filtered; the books close when nothing waits.
        var account = await mesh.AccountAsync(a => a.Produced == 5 && a.Parked == 0);

        Assert.Equal(2, account.Derived);

        // The books close when frames are cut; they are stored a moment later.
        var (known, hanging) = (-1, -1);
        await TestWait.Until(
            async () =>
            {
                var events = (await mesh.EventFramesAsync()).SelectMany(f => f.Events).ToList();
                (known, hanging) = (events.FindIndex(e => e.Position == 4), events.FindIndex(e => e.Position == 3));
                return known >= 0 && hanging >= 0;
            },
            "the events of both are stored");
        Assert.True(known < hanging, "the container that was answered did not wait for the one that hangs");
        var reply = await mesh.LookUpAsync(new LookupRequest { Keys = [DataValue.Of(Known), DataValue.Of(Hanging)], LoadId = RawFrames.Load, Position = 4 });
        Assert.Equal(("shop/cart:1", ""), (reply.Results[0].Values["container_image"].Text, reply.Results[0].Enrichment));
        Assert.Equal((LookupStatus.Found, "pending"), (reply.Results[1].Status, reply.Results[1].Enrichment));
    }

    [Fact]
    public async Task EnricherKilledWhileEventsWait_TellsEachOnceAndStoresEachLifecycleEventOnce()
    {
        await using var mesh = await EnricherMesh.StartAsync([new OneHangs()]);
        await mesh.SendAsync(0, new RecordBuilder().SnapshotEnd().Cgroup(EventIds.CgroupMkdir, 78, $"/docker/{Hanging}"));
        var records = new RecordBuilder();
        records.Head.CgroupId = 78;
        records.Open("/hanging");
        await mesh.SendAsync(2, records);
        await mesh.SendAsync(RawFrames.Header(3, 0), []);
        await mesh.AccountAsync(a => a.Produced == 3 && a.Parked == 1);

        await mesh.KillEnricherAsync();
        await mesh.StartEnricherAsync();
        await mesh.SendAsync(3, new RecordBuilder().Cgroup(EventIds.CgroupRmdir, 78, $"/docker/{Hanging}"));
        await mesh.AccountAsync(a => a.Produced == 4 && a.Parked == 0 && a.Derived == 2);

        var events = (await mesh.EventFramesAsync()).SelectMany(f => f.Events).ToList();
        Assert.Equal(
            [(EventIds.CgroupMkdir, 1L), (EventIds.ContainerCreate, 1), (EventIds.SecurityFileOpen, 2), (EventIds.ContainerRemove, 3), (EventIds.CgroupRmdir, 3)],
            events.Select(e => (e.Id, e.Position)).OrderBy(e => e.Position).ThenByDescending(e => e.Id == EventIds.CgroupMkdir).ThenByDescending(e => e.Id));
        Assert.Equal(["container_create", "container_remove"], await LifecycleAsync(mesh));
    }

    [Fact]
    public async Task ContainerCreate_AsJson_HasTheTenArgumentsAndTheAnswer()
    {
        await using var mesh = await EnricherMesh.StartAsync([new OneHangs()]);
        await mesh.SendAsync(0, new RecordBuilder().SnapshotEnd().Cgroup(EventIds.CgroupMkdir, 77, $"/docker/{Known}"));

        using var json = JsonDocument.Parse(await CreatedAsync(mesh));
        var arguments = json.RootElement.GetProperty("args").EnumerateArray().ToDictionary(a => a.GetProperty("name").GetString()!, a => a.GetProperty("value"));
        Assert.Equal(10, arguments.Count);
        Assert.Equal(("docker", Known, "shop/cart:1"), (arguments["runtime"].GetString(), arguments["container_id"].GetString(), arguments["container_image"].GetString()));
        Assert.False(json.RootElement.GetProperty("mesh").TryGetProperty("enrichment", out _));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ApiServerThatDoesNotAnswer_ChangesNothingElse(bool isThere)
    {
        // One that accepts and says nothing, or nobody.
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        if (isThere)
        {
            server.Listen();
        }

        using var pods = new PodWatch(new KubernetesAccess { Server = new Uri($"https://{server.LocalEndPoint}") }, "node-1", TimeProvider.System, NullLogger.Instance);
        await using var mesh = await EnricherMesh.StartAsync([new OneHangs()], pods: pods);
        await mesh.SendAsync(0, new RecordBuilder().SnapshotEnd().Cgroup(EventIds.CgroupMkdir, 77, $"/docker/{Known}"));

        using var json = JsonDocument.Parse(await CreatedAsync(mesh));

        Assert.Equal("shop/cart:1", json.RootElement.GetProperty("container").GetProperty("image").GetString());
        Assert.False(json.RootElement.GetProperty("kubernetes").TryGetProperty("podLabels", out _));
        Assert.Equal(isThere, pods.Failures == 0);
    }

    private static async Task<byte[]> CreatedAsync(EnricherMesh mesh)
    {
        StoredMessage? stored = null;
        await TestWait.Until(async () => (stored = await mesh.JetStream.GetLastMessageAsync(mesh.Streams.Lifecycle.Name, mesh.Subjects.Lifecycle("container_create", RawFrames.Node))) is not null, "the creation is stored");
        return stored!.Payload.ToArray();
    }

    private static async Task<List<string>> LifecycleAsync(EnricherMesh mesh)
    {
        var names = new List<string>();
        var state = await mesh.JetStream.FindStreamAsync(mesh.Streams.Lifecycle.Name);
        for (var sequence = state!.FirstSequence; sequence <= state.LastSequence; sequence++)
        {
            using var json = JsonDocument.Parse((await mesh.JetStream.GetMessageAsync(mesh.Streams.Lifecycle.Name, sequence))!.Payload);
            names.Add(json.RootElement.GetProperty("eventName").GetString()!);
        }

        return names;
    }

    private sealed class OneHangs : IContainerRuntime
    {
        public ContainerRuntime Kind => ContainerRuntime.Docker;

        public string Socket => "";

        public async Task<RuntimeAnswer> AskAsync(string containerId, CancellationToken cancellation)
        {
            if (containerId == Hanging)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return new RuntimeAnswer(RuntimeStatus.Timeout);
            }

            return new RuntimeAnswer(RuntimeStatus.Found, new ContainerDetails { Name = "cart-0", Image = "shop/cart:1" });
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
