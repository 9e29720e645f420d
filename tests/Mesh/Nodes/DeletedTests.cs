using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Tests.Mesh.Detector;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Nodes;

/// <summary>Somebody deletes what the mesh keeps on the bus, while it runs.</summary>
public sealed class DeletedTests : IAsyncLifetime
{
    private EventBus _bus = null!;

    public async Task InitializeAsync()
    {
        _bus = await EventBus.StartAsync();
        _bus.StartDetector("d1");
        await _bus.OwnedAsync("d1", 60);
        await _bus.PublishAsync(3);
        await _bus.LeaseWhenAsync(l => l.Nodes.TryGetValue(EventBus.Node, out var n) && n.Judged is [[0, 3]], "three are judged");
    }

    public Task DisposeAsync() => _bus.DisposeAsync().AsTask();

    [Fact]
    public async Task EventsStream_Deleted_IsMadeAgainAndWhatWentWithItIsNamed()
    {
        await _bus.JetStream.DeleteStreamAsync(_bus.Streams.Events.Name);
        await _bus.EventuallyAsync(async () => await _bus.JetStream.FindStreamAsync(_bus.Streams.Events.Name) is not null, "the detector makes the stream again", 60);
        _bus.Skip(2);
        await _bus.PublishAsync(4);

        var lease = await _bus.LeaseWhenAsync(l => l.Nodes[EventBus.Node].Judged.Count == 2, "what follows is judged", 60);
        Assert.Equal([[0L, 3L], [5L, 9L]], lease.Nodes[EventBus.Node].Judged);
        Assert.Equal([new LossRange(3, 5, LossReasons.BusRestart)], lease.Nodes[EventBus.Node].Lost);
    }

    [Fact]
    public async Task LeasesBucket_Deleted_IsMadeAgainAndNothingIsFoundTwice()
    {
        await _bus.JetStream.DeleteStreamAsync("KV_" + _bus.Streams.Leases.Name);
        await _bus.PublishAsync(4);

        var lease = await _bus.LeaseWhenAsync(l => l.Nodes.TryGetValue(EventBus.Node, out var n) && n.Judged is [[0, 7]], "all is judged again", 60);
        Assert.Empty(lease.Nodes[EventBus.Node].Lost);
        Assert.Equal(7, (await _bus.FindingsAsync(7)).Count);
    }

    [Fact]
    public async Task FindingsStream_Deleted_IsMadeAgain()
    {
        await _bus.JetStream.DeleteStreamAsync(_bus.Streams.Findings.Name);
        await _bus.PublishAsync(4);

        await _bus.LeaseWhenAsync(l => l.Nodes[EventBus.Node].Judged is [[0, 7]], "all is judged", 60);
        Assert.Equal(4, (await _bus.FindingsAsync(4)).Count);
    }
}
