using System.Text;
using TraceeMesh.Bus;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Bus;

public sealed class PublishTests(BusServer bus) : IClassFixture<BusServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Subscription_MessageWithHeadersAndReply_ArrivesWhole()
    {
        await using var connection = await bus.ConnectAsync();
        using var subscription = connection.Subscribe("whole.*");

        connection.Publish("whole.one", "payload"u8, BusHeaders.MessagePack.With("X-Long", new string('ä', 1000)), "answer.here");

        using var message = await subscription.ReadAsync().AsTask().WaitAsync(Patience);
        Assert.Equal("whole.one", message!.Subject);
        Assert.Equal("answer.here", Encoding.ASCII.GetString(message.ReplyBytes));
        Assert.Equal("payload", Encoding.ASCII.GetString(message.Payload));
        Assert.True(message.Headers.TryGet("Content-Type", out var type) && type == "application/msgpack");
        Assert.True(message.Headers.TryGet("X-Long", out var text) && text == new string('ä', 1000));
        Assert.False(message.Headers.TryGet("content-type", out _));
    }

    [Fact]
    public async Task Subscription_ManyMessages_ArriveInOrder()
    {
        const int count = 20_000;
        await using var connection = await bus.ConnectAsync();
        using var subscription = connection.Subscribe("order", new BusSubscriptionOptions { Capacity = count });

        for (var i = 0; i < count; i++)
        {
            connection.Publish("order", BitConverter.GetBytes(i));
        }

        for (var i = 0; i < count; i++)
        {
            using var message = await subscription.ReadAsync().AsTask().WaitAsync(Patience);
            Assert.Equal(i, BitConverter.ToInt32(message!.Payload));
        }

        Assert.Equal(0, subscription.Dropped);
        Assert.True(connection.Statistics.MessagesIn >= count && connection.Statistics.MessagesOut >= count);
    }

    [Fact]
    public async Task QueueGroup_TwoMembers_ShareEachMessageOnce()
    {
        await using var connection = await bus.ConnectAsync();
        int first = 0, second = 0;
        using var one = connection.Subscribe("queue", _ => Interlocked.Increment(ref first), "group");
        using var two = connection.Subscribe("queue", _ => Interlocked.Increment(ref second), "group");

        for (var i = 0; i < 1000; i++)
        {
            connection.Publish("queue", "x"u8);
        }

        await TestWait.Until(() => Volatile.Read(ref first) + Volatile.Read(ref second) >= 1000, "all messages are delivered");
        await connection.FlushAsync(Patience);
        Assert.Equal(1000, first + second);
        Assert.True(first > 0 && second > 0, $"{first} and {second}");
    }

    [Fact]
    public async Task Callback_Throws_IsCountedAndTheNextMessageComes()
    {
        await using var connection = await bus.ConnectAsync();
        var seen = 0;
        using var registration = connection.Subscribe("throws", message =>
        {
            Interlocked.Increment(ref seen);
            if (message.Payload[0] == 'a')
            {
                throw new InvalidOperationException("on purpose");
            }
        });

        connection.Publish("throws", "a"u8);
        connection.Publish("throws", "b"u8);

        await TestWait.Until(() => Volatile.Read(ref seen) == 2, "the second message is delivered");
        Assert.Equal(1, connection.Statistics.CallbackErrors);
        Assert.Contains("on purpose", connection.LastFault!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subscription_Disposed_ReceivesNothingMore()
    {
        await using var connection = await bus.ConnectAsync();
        var seen = 0;
        var registration = connection.Subscribe("gone", _ => Interlocked.Increment(ref seen));
        registration.Dispose();

        connection.Publish("gone", "x"u8);
        await connection.FlushAsync(Patience);

        Assert.Equal(0, seen);
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("a\r\nPUB evil 0\r\n\r\n")]
    [InlineData("ünicode")]
    public async Task Publish_SubjectThatBreaksTheProtocol_IsRefused(string subject)
    {
        await using var connection = await bus.ConnectAsync();

        Assert.Equal(PublishStatus.InvalidSubject, connection.TryPublish(subject, "x"u8));
        Assert.Equal(1, connection.Statistics.PublishErrors);
        Assert.Equal(BusErrorKind.InvalidArgument, Assert.Throws<BusException>(() => connection.Publish(subject, "x"u8)).Kind);
    }

    [Fact]
    public async Task Publish_HeaderThatBreaksTheProtocol_IsRefused()
    {
        await using var connection = await bus.ConnectAsync();

        Assert.Equal(PublishStatus.InvalidHeader, connection.TryPublish("x", "x"u8, BusHeaders.None.With("A", "b\r\nC: d")));
        Assert.Equal(PublishStatus.InvalidHeader, connection.TryPublish("x", "x"u8, BusHeaders.None.With("A: b\r\nC", "d")));
        Assert.Equal(PublishStatus.InvalidHeader, connection.TryPublish("x", "x"u8, BusHeaders.None.With("A", new string('v', BusHeaders.MaxValueLength + 1))));
    }

    [Fact]
    public async Task Publish_LargerThanTheServerTakes_IsRefused()
    {
        await using var connection = await bus.ConnectAsync();

        Assert.Equal(1 << 20, connection.MaxPayload);
        Assert.Equal(PublishStatus.PayloadTooLarge, connection.TryPublish("x", new byte[(1 << 20) + 1]));
    }

    [Fact]
    public async Task SlowReader_BufferFull_DropsAreCountedAndReported()
    {
        await using var connection = await bus.ConnectAsync();
        var faults = 0;
        connection.FaultReported += fault => Interlocked.Add(ref faults, fault.Kind == BusErrorKind.SlowConsumer ? 1 : 0);
        using var subscription = connection.Subscribe("slow", new BusSubscriptionOptions { Capacity = 10 });

        for (var i = 0; i < 100; i++)
        {
            connection.Publish("slow", BitConverter.GetBytes(i));
        }

        await TestWait.Until(() => subscription.Dropped == 90, "90 of 100 are dropped");
        Assert.Equal(90, connection.Statistics.Dropped);
        Assert.Equal(1, faults);
        for (var i = 0; i < 10; i++)
        {
            Assert.True(subscription.TryRead(out var message));
            Assert.Equal(i, BitConverter.ToInt32(message.Payload));
            message.Dispose();
        }
    }

    [Fact]
    public async Task SlowReader_TooManyBytes_DropsAreCounted()
    {
        await using var connection = await bus.ConnectAsync();
        using var subscription = connection.Subscribe("bytes", new BusSubscriptionOptions { MaxBytes = 10_000 });

        for (var i = 0; i < 5; i++)
        {
            connection.Publish("bytes", new byte[4000]);
        }

        await TestWait.Until(() => subscription.Dropped + subscription.Waiting == 5, "all have come");
        Assert.Equal(3, subscription.Dropped);
    }

    [Fact]
    public async Task Drain_MessagesWaiting_AreReadBeforeTheEnd()
    {
        var connection = await bus.ConnectAsync();
        using var subscription = connection.Subscribe("drain");
        for (var i = 0; i < 100; i++)
        {
            connection.Publish("drain", "x"u8);
        }

        await connection.DrainAsync(Patience);

        Assert.Equal(BusState.Closed, connection.State);
        var read = 0;
        while (subscription.TryRead(out var message))
        {
            message.Dispose();
            read++;
        }

        Assert.Equal(100, read);
        Assert.Equal(PublishStatus.Closed, connection.TryPublish("drain", "x"u8));
    }
}
