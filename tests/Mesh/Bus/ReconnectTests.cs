using TraceeMesh.Bus;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Bus;

public sealed class ReconnectTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Connection_ServerKilledAndBack_ReconnectsAndAccounts()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = await BusServer.ConnectAsync(server);
        var states = new List<BusState>();
        connection.StateChanged += state =>
        {
            lock (states)
            {
                states.Add(state);
            }
        };
        using var subscription = connection.Subscribe("again");
        using var questions = connection.Subscribe("unanswered");
        var inFlight = connection.RequestAsync("unanswered", "x"u8, Patience).AsTask();
        Assert.NotNull(await questions.ReadAsync());

        server.Kill();
        using var lost = await inFlight;
        Assert.Equal(ReplyStatus.Disconnected, lost.Status);
        await TestWait.Until(() => connection.State == BusState.Reconnecting, "the loss is noticed");
        Assert.Equal(PublishStatus.Disconnected, connection.TryPublish("again", "lost"u8));
        using var refused = await connection.RequestAsync("again", "x"u8, Patience);
        Assert.Equal(ReplyStatus.Disconnected, refused.Status);

        await server.StartAgainAsync();
        await TestWait.Until(() => connection.State == BusState.Connected, "the connection is restored");
        Assert.Equal(2, connection.Epoch);
        connection.Publish("again", "kept"u8);
        using var message = await subscription.ReadAsync().AsTask().WaitAsync(Patience);

        Assert.Equal("kept"u8, message!.Payload);
        Assert.Equal(1, connection.Statistics.Reconnects);
        Assert.Equal(2, connection.Statistics.PublishErrors);
        Assert.Equal([BusState.Reconnecting, BusState.Connected], states);
    }

    [Fact]
    public async Task Connection_WithReconnectBuffer_SendsWhatWasHeld()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = await BusConnection.ConnectAsync(new BusOptions { Urls = [server.Url], ReconnectWait = TimeSpan.FromMilliseconds(50), ReconnectBufferBytes = 1 << 16 });
        using var subscription = connection.Subscribe("held");
        server.Kill();
        await TestWait.Until(() => connection.State == BusState.Reconnecting, "the loss is noticed");

        Assert.Equal(PublishStatus.Ok, connection.TryPublish("held", "one"u8));
        await server.StartAgainAsync();

        using var message = await subscription.ReadAsync().AsTask().WaitAsync(Patience);
        Assert.Equal("one"u8, message!.Payload);
    }

    [Fact]
    public async Task Connect_ServerComesLater_WaitsForIt()
    {
        await using var server = await NatsServer.StartAsync();
        server.Kill();
        var connecting = BusConnection.ConnectAsync(new BusOptions { Urls = [server.Url], WaitForServer = Patience });
        await server.StartAgainAsync();

        await using var connection = await connecting;
        Assert.Equal(BusState.Connected, connection.State);
    }
}
