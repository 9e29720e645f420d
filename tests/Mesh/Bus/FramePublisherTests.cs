using System.Buffers;
using TraceeMesh.Bus;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Bus;

public sealed class FramePublisherTests
{
    private const string Stream = "frames";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Enqueue_ManyFrames_AreStoredInOrderWithoutWaitingForEach()
    {
        const int count = 5000;
        await using var server = await NatsServer.StartAsync();
        await using var connection = await BusServer.ConnectAsync(server);
        var jetStream = await WithStream(connection);
        var settled = new List<long>();
        await using var publisher = new FramePublisher(connection, new FramePublisherOptions(Stream), null, (frame, _) => settled.Add(frame.FirstOffset));

        await Publish(publisher, 0, count);
        await publisher.DrainAsync().WaitAsync(Patience);

        Assert.Equal(count * 10, publisher.Settled);
        Assert.Equal(Enumerable.Range(0, count).Select(i => i * 10L), settled);
        Assert.Equal(Enumerable.Range(0, count), await StoredFrames(jetStream, count));
        Assert.Equal((0, 0L, (long)count, 0L, 0L), Books(publisher));
    }

    [Fact]
    public async Task Enqueue_WindowFull_WaitsUntilSomethingIsAcknowledged()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = await BusServer.ConnectAsync(server);
        // Nobody takes the subject yet, so nothing is acknowledged.
        await using var publisher = new FramePublisher(connection, new FramePublisherOptions(Stream) { MaxFrames = 4 });
        await Publish(publisher, 0, 4);

        var fifth = publisher.EnqueueAsync(Frame(4)).AsTask();
        await TestWait.Until(() => publisher.Statistics.GoneBack >= 2, "it has tried again");
        Assert.False(fifth.IsCompleted);
        Assert.Equal(4, publisher.Statistics.WaitingFrames);
        Assert.Contains("no stream takes", publisher.Statistics.LastFailure, StringComparison.Ordinal);

        var jetStream = await WithStream(connection);
        await fifth.WaitAsync(Patience);
        await publisher.DrainAsync().WaitAsync(Patience);
        Assert.Equal(Enumerable.Range(0, 5), await StoredFrames(jetStream, 5));
    }

    [Fact]
    public async Task Publish_StreamOnDiskAndServerKilledTwice_EveryFrameOnceAndInOrder()
    {
        const int count = 6000;
        await using var server = await NatsServer.StartAsync();
        await using var connection = await BusServer.ConnectAsync(server);
        var jetStream = await WithStream(connection, onDisk: true);
        await using var publisher = new FramePublisher(connection, new FramePublisherOptions(Stream) { MaxFrames = 64 }, cancellation => WithStream(connection, onDisk: true));

        var publishing = Publish(publisher, 0, count);
        foreach (var mark in new[] { count / 4, count / 2 })
        {
            await TestWait.Until(() => publisher.Settled >= mark * 10, $"{mark} frames are stored");
            Assert.False(publishing.IsCompleted);
            await server.RestartAsync();
        }

        await publishing.WaitAsync(Patience);
        await publisher.DrainAsync().WaitAsync(Patience);

        Assert.Equal(Enumerable.Range(0, count), await StoredFrames(jetStream, count));
        Assert.True(publisher.Statistics.Resent > 0);
        Assert.Equal(count, publisher.Statistics.Settled);
    }

    [Fact]
    public async Task Publish_BusForgotTheStream_IsEnsuredAndWhatIsUnsettledComesAgainInOrder()
    {
        const int count = 4000;
        await using var server = await NatsServer.StartAsync();
        await using var connection = await BusServer.ConnectAsync(server);
        var jetStream = await WithStream(connection);
        var ensured = 0;
        await using var publisher = new FramePublisher(connection, new FramePublisherOptions(Stream) { MaxFrames = 64 }, async cancellation =>
        {
            Interlocked.Increment(ref ensured);
            await WithStream(connection);
        });

        var publishing = Publish(publisher, 0, count);
        await TestWait.Until(() => publisher.Settled >= count * 5, "half of the frames are stored");
        server.Kill();
        await TestWait.Until(() => connection.State == BusState.Reconnecting, "the loss is noticed");
        var settledAtKill = (int)(publisher.Settled / 10);
        await server.StartAgainAsync();
        await publishing.WaitAsync(Patience);
        await publisher.DrainAsync().WaitAsync(Patience);

        // The new stream holds everything that was not settled when the old one died, in order, once.
        var state = (await jetStream.FindStreamAsync(Stream))!;
        var stored = await StoredFrames(jetStream, (int)state.Messages);
        Assert.True(ensured >= 1);
        Assert.Equal(Enumerable.Range(stored[0], count - stored[0]), stored);
        Assert.InRange(stored[0], settledAtKill, settledAtKill + 64);
        Assert.Equal(count * 10, publisher.Settled);
    }

    [Fact]
    public async Task Publish_FrameRefusedInTheMiddle_GoesBackToIt()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = await BusServer.ConnectAsync(server);
        var jetStream = await WithStream(connection);
        await using var publisher = new FramePublisher(connection, new FramePublisherOptions(Stream), cancellation => WithStream(connection));
        await Publish(publisher, 0, 10);
        await publisher.DrainAsync().WaitAsync(Patience);

        Assert.True(await jetStream.DeleteStreamAsync(Stream));
        await Publish(publisher, 10, 20);
        await publisher.DrainAsync().WaitAsync(Patience);

        Assert.Equal(Enumerable.Range(10, 20), await StoredFrames(jetStream, 20));
        Assert.True(publisher.Statistics.GoneBack >= 1);
    }

    [Fact]
    public async Task Publish_AnotherStreamAnswers_ItsAcknowledgementDoesNotCount()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = await BusServer.ConnectAsync(server);
        var jetStream = new JetStream(connection);
        await jetStream.EnsureStreamAsync(StreamTests.Memory("impostor", "frame.>"));
        await using var publisher = new FramePublisher(connection, new FramePublisherOptions(Stream) { AckTimeout = TimeSpan.FromMilliseconds(200) });

        await Publish(publisher, 0, 3);
        await TestWait.Until(() => publisher.Statistics.GoneBack >= 1, "the right stream's acknowledgement is missed");
        Assert.Equal(0, publisher.Settled);
        Assert.True(publisher.Statistics.ForeignAcks >= 3);

        await jetStream.DeleteStreamAsync("impostor");
        await WithStream(connection);
        await publisher.DrainAsync().WaitAsync(Patience);
        Assert.Equal(30, publisher.Settled);
    }

    [Fact]
    public async Task Enqueue_LargerThanTheServerTakes_IsRefused()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = await BusServer.ConnectAsync(server);
        await using var publisher = new FramePublisher(connection, new FramePublisherOptions(Stream));

        var thrown = await Assert.ThrowsAsync<BusException>(() => publisher.EnqueueAsync(new OutgoingFrame("frame.x", "id", new byte[2 << 20], 2 << 20, 0, 1)).AsTask());

        Assert.Equal(BusErrorKind.PayloadTooLarge, thrown.Kind);
    }

    [Fact]
    public async Task Dispose_FramesWaiting_EndsAndTakesNoMore()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = await BusServer.ConnectAsync(server);
        var publisher = new FramePublisher(connection, new FramePublisherOptions(Stream));
        await Publish(publisher, 0, 3);

        await publisher.DisposeAsync().AsTask().WaitAsync(Patience);

        Assert.Equal(0, publisher.Statistics.WaitingFrames);
        var thrown = await Assert.ThrowsAsync<BusException>(() => publisher.EnqueueAsync(Frame(3)).AsTask());
        Assert.Equal(BusErrorKind.Closed, thrown.Kind);
    }

    private static async Task<JetStream> WithStream(BusConnection connection, bool onDisk = false)
    {
        var jetStream = new JetStream(connection);
        await jetStream.EnsureStreamAsync(StreamTests.Memory(Stream, "frame.>") with { OnDisk = onDisk });
        return jetStream;
    }

    private static async Task Publish(FramePublisher publisher, int first, int count)
    {
        for (var i = first; i < first + count; i++)
        {
            await publisher.EnqueueAsync(Frame(i));
        }
    }

    private static OutgoingFrame Frame(int number)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(1024);
        BitConverter.TryWriteBytes(buffer, number);
        return new OutgoingFrame("frame.node", $"load.{number * 10}", buffer, 1024, number * 10, (number + 1) * 10);
    }

    private static (int, long, long, long, long) Books(FramePublisher publisher)
    {
        var statistics = publisher.Statistics;
        return (statistics.WaitingFrames, statistics.WaitingBytes, statistics.Settled, statistics.Duplicates, statistics.Resent);
    }

    private static async Task<List<int>> StoredFrames(JetStream jetStream, int count)
    {
        var numbers = new List<int>();
        await using var consumer = await jetStream.CreateConsumerAsync(new ConsumerDefinition(Stream));
        while (numbers.Count < count)
        {
            using var message = (await consumer.ReadAsync().AsTask().WaitAsync(Patience)).Message;
            numbers.Add(BitConverter.ToInt32(message!.Payload));
        }

        Assert.Equal(count, (await jetStream.FindStreamAsync(Stream))!.Messages);
        return numbers;
    }
}
