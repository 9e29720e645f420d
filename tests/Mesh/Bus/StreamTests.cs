using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Bus;

public sealed class StreamTests(BusServer bus) : IClassFixture<BusServer>
{
    internal static StreamDefinition Memory(string name, params string[] subjects) =>
        new(name, subjects, OnDisk: false, TimeSpan.FromMinutes(10), 64 << 20, TimeSpan.FromMinutes(2));

    [Fact]
    public async Task EnsureStream_Twice_KeepsWhatItHolds()
    {
        await using var connection = await bus.ConnectAsync();
        var jetStream = new JetStream(connection);
        var first = await jetStream.EnsureStreamAsync(Memory("twice", "twice.>"));
        (await jetStream.PublishAsync("twice.a", "x"u8)).OrThrow("twice.a");

        var second = await jetStream.EnsureStreamAsync(Memory("twice", "twice.>"));

        Assert.Equal(first.Created, second.Created);
        Assert.True(first.Created > DateTimeOffset.UnixEpoch.AddYears(50));
        Assert.Equal(new StreamState("twice", first.Created, 1, 1, 1, second.Bytes), second);
    }

    [Fact]
    public async Task FindStream_ThatNeverStoredAnything_BeginsAboveItsEnd()
    {
        await using var connection = await bus.ConnectAsync();
        var jetStream = new JetStream(connection);
        await jetStream.EnsureStreamAsync(Memory("empty", "empty.>"));

        var state = await jetStream.FindStreamAsync("empty");

        Assert.Equal((1, 0, 0), (state!.FirstSequence, state.LastSequence, state.Messages));
    }

    [Fact]
    public async Task Stream_ReadAndEnsuredWhileItIsBeingCreated_LeavesTheServerStanding()
    {
        // The server takes the requests of one connection one after the other: each has its own.
        await using var first = await bus.ConnectAsync();
        await using var second = await bus.ConnectAsync();
        await using var third = await bus.ConnectAsync();
        using var stop = new CancellationTokenSource();
        var young = "young0";
        var reading = Task.Run(async () =>
        {
            // A new client each time: it has not learnt that the stream is there.
            while (!stop.IsCancellationRequested)
            {
                var stream = Volatile.Read(ref young);
                Assert.Null(await new JetStream(third).GetLastMessageAsync(stream, stream + ".a"));
            }
        });

        for (var i = 0; i < 100; i++)
        {
            // A name of its own: nothing helps whoever saw a stream whole that is deleted and created anew before it reads.
            var stream = $"young{i}";
            Volatile.Write(ref young, stream);
            var definition = Memory(stream, stream + ".a") with { OnDisk = true };
            await Task.WhenAll(
                new JetStream(first).EnsureStreamAsync(definition),
                new JetStream(second).EnsureStreamAsync(definition with { Subjects = [stream + ".a", stream + ".b"] }));
            await new JetStream(first).DeleteStreamAsync(stream);
        }

        await stop.CancelAsync();
        await reading;
        Assert.Equal((1, BusState.Connected), (third.Epoch, third.State));
    }

    [Fact]
    public async Task EnsureStream_ChangedDefinition_IsUpdated()
    {
        await using var connection = await bus.ConnectAsync();
        var jetStream = new JetStream(connection);
        var first = await jetStream.EnsureStreamAsync(Memory("changed", "changed.a"));

        var second = await jetStream.EnsureStreamAsync(Memory("changed", "changed.a", "changed.b") with { MaxMessagesPerSubject = 1 });
        (await jetStream.PublishAsync("changed.b", "1"u8)).OrThrow("changed.b");
        (await jetStream.PublishAsync("changed.b", "2"u8)).OrThrow("changed.b");

        Assert.Equal(first.Created, second.Created);
        Assert.Equal(1, (await jetStream.FindStreamAsync("changed"))!.Messages);
        var refused = await Assert.ThrowsAsync<JetStreamException>(() => jetStream.EnsureStreamAsync(Memory("changed", "changed.a") with { OnDisk = true }));
        Assert.Contains("changed", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_SameIdTwice_IsStoredOnceAndSaysDuplicate()
    {
        await using var connection = await bus.ConnectAsync();
        var jetStream = new JetStream(connection);
        await jetStream.EnsureStreamAsync(Memory("ids", "ids"));

        var first = await jetStream.PublishAsync("ids", "one"u8, "id-1");
        var again = await jetStream.PublishAsync("ids", "one"u8, "id-1");
        var second = await jetStream.PublishAsync("ids", "two"u8, "id-2");

        Assert.Equal(new PublishAck(PublishAckStatus.Stored, "ids", 1), first);
        Assert.Equal(new PublishAck(PublishAckStatus.Duplicate, "ids", 1), again);
        Assert.Equal(new PublishAck(PublishAckStatus.Stored, "ids", 2), second);
    }

    [Fact]
    public async Task Publish_NoStreamTakesTheSubject_SaysSo()
    {
        await using var connection = await bus.ConnectAsync();

        var ack = await new JetStream(connection).PublishAsync("no.stream", "x"u8);

        Assert.Equal(PublishAckStatus.NoStream, ack.Status);
        Assert.Equal(BusErrorKind.NoResponders, Assert.Throws<BusException>(() => ack.OrThrow("no.stream")).Kind);
    }

    [Fact]
    public async Task Messages_GetLastDeletePurge_DoWhatTheySay()
    {
        await using var connection = await bus.ConnectAsync();
        var jetStream = new JetStream(connection);
        await jetStream.EnsureStreamAsync(Memory("messages", "messages.*"));
        for (var i = 1; i <= 4; i++)
        {
            (await jetStream.PublishAsync($"messages.{i % 2}", BitConverter.GetBytes(i), null, BusHeaders.Json)).OrThrow("messages");
        }

        var second = await jetStream.GetMessageAsync("messages", 2);
        Assert.Equal(("messages.0", 2L, 2), (second!.Subject, second.Sequence, BitConverter.ToInt32(second.Payload.Span)));
        Assert.True(second.Headers.TryGet("Content-Type", out var type) && type == "application/json");
        Assert.Equal(3, (await jetStream.GetLastMessageAsync("messages", "messages.1"))!.Sequence);
        Assert.Null(await jetStream.GetLastMessageAsync("messages", "messages.none"));

        Assert.True(await jetStream.DeleteMessageAsync("messages", 2));
        Assert.False(await jetStream.DeleteMessageAsync("messages", 2));
        Assert.Null(await jetStream.GetMessageAsync("messages", 2));
        Assert.Equal(2, await jetStream.PurgeStreamAsync("messages", "messages.1"));
        Assert.Equal(1, await jetStream.PurgeStreamAsync("messages"));
        Assert.True(await jetStream.DeleteStreamAsync("messages"));
        Assert.False(await jetStream.DeleteStreamAsync("messages"));
        Assert.Null(await jetStream.FindStreamAsync("messages"));
    }

    [Fact]
    public async Task MemoryStream_BusKilled_IsRecognisedAsAnother()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = await BusServer.ConnectAsync(server);
        var jetStream = new JetStream(connection);
        var onDisk = Memory("disk", "disk") with { OnDisk = true };
        var memory = await jetStream.EnsureStreamAsync(Memory("memory", "memory"));
        var disk = await jetStream.EnsureStreamAsync(onDisk);
        (await jetStream.PublishAsync("memory", "x"u8)).OrThrow("memory");
        (await jetStream.PublishAsync("disk", "x"u8)).OrThrow("disk");

        await server.RestartAsync();
        await TestWait.Until(() => connection.Epoch == 2, "the connection is restored");

        Assert.Null(await jetStream.FindStreamAsync("memory"));
        Assert.Equal(PublishAckStatus.NoStream, (await jetStream.PublishAsync("memory", "x"u8)).Status);
        var memoryAgain = await jetStream.EnsureStreamAsync(Memory("memory", "memory"));
        var diskAgain = await jetStream.EnsureStreamAsync(onDisk);
        Assert.True(memoryAgain.Created > memory.Created);
        Assert.Equal(0, memoryAgain.LastSequence);
        Assert.Equal(disk.Created, diskAgain.Created);
        Assert.Equal(1, diskAgain.LastSequence);
    }

    [Fact]
    public async Task Api_WithoutJetStream_SaysWhatIsMissing()
    {
        await using var server = await NatsServer.StartAsync(jetStream: false);
        await using var connection = await BusServer.ConnectAsync(server);

        var thrown = await Assert.ThrowsAsync<BusException>(() => new JetStream(connection).FindStreamAsync("any"));

        Assert.Equal(BusErrorKind.NoResponders, thrown.Kind);
        Assert.Contains("JetStream", thrown.Message, StringComparison.Ordinal);
    }
}
