using TraceeMesh.Bus;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Bus;

public sealed class PullConsumerTests(BusServer bus) : IClassFixture<BusServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly PullOptions Quick = new() { Batch = 16, Heartbeat = TimeSpan.FromMilliseconds(200) };

    [Fact]
    public async Task Read_LongStream_ComesInOrderWithItsPlace()
    {
        const int count = 2000;
        await using var connection = await bus.ConnectAsync();
        var jetStream = await Filled(connection, "long", count);

        await using var consumer = await jetStream.CreateConsumerAsync(new ConsumerDefinition("long") { Name = "reader" }, Quick);
        for (var i = 1; i <= count; i++)
        {
            using var message = await Next(consumer);
            Assert.Equal(i, BitConverter.ToInt32(message.Payload));
            Assert.Equal((i, i, 1L, count - i), (message.Metadata.StreamSequence, message.Metadata.ConsumerSequence, message.Metadata.Deliveries, message.Metadata.Pending));
        }

        Assert.Equal(count, consumer.Created.Pending);
        Assert.Equal(["reader"], await jetStream.ListConsumersAsync("long"));
        Assert.Equal(count, consumer.LastStreamSequence);

        // What is stored while the reader waits comes at once.
        var next = consumer.ReadAsync().AsTask();
        (await jetStream.PublishAsync("long", BitConverter.GetBytes(-1))).OrThrow("long");
        using var live = (await next.WaitAsync(Patience)).Message;
        Assert.Equal(-1, BitConverter.ToInt32(live!.Payload));
    }

    [Fact]
    public async Task Start_SequenceNewTimeAndFilter_BeginWhereTheySay()
    {
        await using var connection = await bus.ConnectAsync();
        var jetStream = await Filled(connection, "start", 10);
        var tenth = await jetStream.GetMessageAsync("start", 10);
        (await jetStream.PublishAsync("start.other", BitConverter.GetBytes(11))).OrThrow("start.other");

        await using var fromSequence = await jetStream.CreateConsumerAsync(new ConsumerDefinition("start") { Start = ConsumerStart.AtSequence(7) });
        await using var fromTime = await jetStream.CreateConsumerAsync(new ConsumerDefinition("start") { Start = ConsumerStart.AtTime(tenth!.Time) });
        await using var filtered = await jetStream.CreateConsumerAsync(new ConsumerDefinition("start") { FilterSubject = "start.other" });
        await using var last = await jetStream.CreateConsumerAsync(new ConsumerDefinition("start") { FilterSubject = "start", Start = ConsumerStart.LastPerSubject });
        await using var fromNow = await jetStream.CreateConsumerAsync(new ConsumerDefinition("start") { Start = ConsumerStart.New });
        (await jetStream.PublishAsync("start", BitConverter.GetBytes(12))).OrThrow("start");

        Assert.Equal(7, await NextSequence(fromSequence));
        Assert.Equal(10, await NextSequence(fromTime));
        Assert.Equal(11, await NextSequence(filtered));
        Assert.Equal(10, await NextSequence(last));
        Assert.Equal(12, await NextSequence(fromNow));
    }

    [Fact]
    public async Task Explicit_NakAndNoAck_AreDeliveredAgainAndAckIsNot()
    {
        await using var connection = await bus.ConnectAsync();
        var jetStream = await Filled(connection, "acks", 3);
        var definition = new ConsumerDefinition("acks") { Name = "worker", AckPolicy = AckPolicy.Explicit, InactiveThreshold = null, AckWait = TimeSpan.FromMilliseconds(300) };

        await using (var consumer = await jetStream.CreateConsumerAsync(definition, Quick))
        {
            using var first = await Next(consumer);
            using var second = await Next(consumer);
            using var third = await Next(consumer);
            first.Ack();
            second.Nak();
            // the third gets no answer
            using var secondAgain = await Next(consumer);
            Assert.Equal((2, 2L), (secondAgain.Metadata.StreamSequence, secondAgain.Metadata.Deliveries));
            secondAgain.Ack();
            using var thirdAgain = await Next(consumer);
            Assert.Equal((3, 2L), (thirdAgain.Metadata.StreamSequence, thirdAgain.Metadata.Deliveries));
            thirdAgain.Terminate();
            await connection.FlushAsync(Patience);
        }

        var state = await jetStream.FindConsumerAsync("acks", "worker");
        Assert.Equal((0, 0L, 3L), (state!.AckPending, state.Pending, state.AckFloor));
        await using var taken = await jetStream.CreateConsumerAsync(definition, Quick);
        (await jetStream.PublishAsync("acks", BitConverter.GetBytes(4))).OrThrow("acks");
        Assert.Equal(4, await NextSequence(taken));
    }

    [Fact]
    public async Task Read_ConsumerDeleted_SaysConsumerGoneAndRestarts()
    {
        await using var connection = await bus.ConnectAsync();
        var jetStream = await Filled(connection, "deleted", 5);
        await using var consumer = await jetStream.CreateConsumerAsync(new ConsumerDefinition("deleted") { Name = "reader" }, Quick);
        for (var i = 0; i < 5; i++)
        {
            (await Next(consumer)).Dispose();
        }

        Assert.True(await jetStream.DeleteConsumerAsync("deleted", "reader"));

        var gone = await consumer.ReadAsync().AsTask().WaitAsync(Patience);
        Assert.Equal(PullStatus.ConsumerGone, gone.Status);
        await consumer.RestartAsync(ConsumerStart.AtSequence(consumer.LastStreamSequence));
        Assert.Equal(5, await NextSequence(consumer));
    }

    [Fact]
    public async Task Read_BusRestarted_SaysStreamGoneAndRestartsOnTheNewStream()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = await BusServer.ConnectAsync(server);
        var jetStream = await Filled(connection, "forgotten", 5);
        await using var consumer = await jetStream.CreateConsumerAsync(new ConsumerDefinition("forgotten") { Name = "reader" }, Quick);
        (await Next(consumer)).Dispose();
        for (var i = 0; i < 4; i++)
        {
            (await Next(consumer)).Dispose();
        }

        var next = consumer.ReadAsync().AsTask();
        await server.RestartAsync();

        Assert.Equal(PullStatus.StreamGone, (await next.WaitAsync(Patience)).Status);
        await Filled(connection, "forgotten", 2);
        await consumer.RestartAsync(ConsumerStart.All);
        Assert.Equal(1, await NextSequence(consumer));
    }

    [Fact]
    public async Task Read_BusRestartedWithDurableOnDisk_GoesOn()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = await BusServer.ConnectAsync(server);
        var jetStream = new JetStream(connection);
        await jetStream.EnsureStreamAsync(StreamTests.Memory("durable", "durable") with { OnDisk = true });
        await using var consumer = await jetStream.CreateConsumerAsync(new ConsumerDefinition("durable") { Name = "worker", AckPolicy = AckPolicy.Explicit, InactiveThreshold = null }, Quick);
        (await jetStream.PublishAsync("durable", "1"u8)).OrThrow("durable");
        using (var first = await Next(consumer))
        {
            first.Ack();
            await connection.FlushAsync(Patience);
        }

        await server.RestartAsync();
        await TestWait.Until(() => connection.Epoch == 2, "the connection is restored");
        (await jetStream.PublishAsync("durable", "2"u8)).OrThrow("durable");

        Assert.Equal(2, await NextSequence(consumer));
    }

    [Fact]
    public async Task Read_DeliveriesLostOnTheWay_SaysGapAndRestartsWithoutLoss()
    {
        await using var connection = await bus.ConnectAsync();
        var jetStream = await Filled(connection, "gap", 40);
        await using var consumer = await jetStream.CreateConsumerAsync(new ConsumerDefinition("gap") { Name = "reader" }, Quick);
        (await Next(consumer)).Dispose();

        // A second reader of the same consumer takes deliveries away, as a broken connection would.
        await using var thief = await jetStream.CreateConsumerAsync(new ConsumerDefinition("gap") { Name = "reader" }, Quick);
        var read = 1;
        PullResult result;
        while ((result = await consumer.ReadAsync().AsTask().WaitAsync(Patience)).Status == PullStatus.Message)
        {
            result.Message!.Dispose();
            read++;
            (await jetStream.PublishAsync("gap", "more"u8)).OrThrow("gap");
        }

        Assert.Equal(PullStatus.Gap, result.Status);
        Assert.Equal(read, consumer.LastStreamSequence);
        await consumer.RestartAsync(ConsumerStart.AtSequence(consumer.LastStreamSequence + 1));
        Assert.Equal(read + 1, await NextSequence(consumer));
    }

    [Fact]
    public async Task Create_NoStream_IsRefused()
    {
        await using var connection = await bus.ConnectAsync();

        var thrown = await Assert.ThrowsAsync<JetStreamException>(() => new JetStream(connection).CreateConsumerAsync(new ConsumerDefinition("nowhere")));

        Assert.Equal(10059, thrown.Code);
    }

    private static async Task<JetStream> Filled(BusConnection connection, string stream, int count)
    {
        var jetStream = new JetStream(connection);
        await jetStream.EnsureStreamAsync(StreamTests.Memory(stream, stream, stream + ".*"));
        var acks = Enumerable.Range(1, count).Select(i => jetStream.PublishAsync(stream, BitConverter.GetBytes(i)).AsTask()).ToArray();
        foreach (var ack in acks)
        {
            (await ack).OrThrow(stream);
        }

        return jetStream;
    }

    private static async Task<JetStreamMessage> Next(PullConsumer consumer)
    {
        var result = await consumer.ReadAsync().AsTask().WaitAsync(Patience);
        Assert.Equal(PullStatus.Message, result.Status);
        return result.Message!;
    }

    private static async Task<long> NextSequence(PullConsumer consumer)
    {
        using var message = await Next(consumer);
        return message.Metadata.StreamSequence;
    }
}
