using TraceeMesh.Bus;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Bus;

public sealed class RequestTests(BusServer bus) : IClassFixture<BusServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Request_ThousandInFlight_EachGetsItsOwnReply()
    {
        await using var server = await bus.ConnectAsync();
        await using var client = await bus.ConnectAsync();
        using var responder = server.Subscribe("echo", message => message.Respond(message.Payload, BusHeaders.MessagePack));
        await server.FlushAsync(Patience);

        var requests = Enumerable.Range(0, 1000).Select(i => client.RequestAsync("echo", BitConverter.GetBytes(i), Patience).AsTask()).ToArray();

        for (var i = 0; i < requests.Length; i++)
        {
            using var reply = await requests[i];
            Assert.Equal(ReplyStatus.Ok, reply.Status);
            Assert.Equal(i, BitConverter.ToInt32(reply.Payload));
        }

        Assert.Equal(0, client.Statistics.RequestsInFlight);
        Assert.Equal(0, client.Statistics.LateReplies);
    }

    [Fact]
    public async Task Request_RepliesInReverseOrder_EachGetsItsOwnReply()
    {
        await using var server = await bus.ConnectAsync();
        await using var client = await bus.ConnectAsync();
        using var questions = server.Subscribe("reverse");
        await server.FlushAsync(Patience);

        var requests = Enumerable.Range(0, 50).Select(i => client.RequestAsync("reverse", BitConverter.GetBytes(i), Patience).AsTask()).ToArray();
        var held = new Stack<BusMessage>();
        while (held.Count < requests.Length)
        {
            held.Push((await questions.ReadAsync().AsTask().WaitAsync(Patience))!);
        }

        foreach (var question in held)
        {
            question.Respond(question.Payload);
            question.Dispose();
        }

        for (var i = 0; i < requests.Length; i++)
        {
            using var reply = await requests[i];
            Assert.Equal(i, BitConverter.ToInt32(reply.Payload));
        }
    }

    [Fact]
    public async Task Request_NobodyServes_IsNoRespondersAtOnce()
    {
        await using var client = await bus.ConnectAsync();
        var started = client.Time.GetTimestamp();

        using var reply = await client.RequestAsync("nobody.here", "x"u8, TimeSpan.FromSeconds(30));

        Assert.Equal(ReplyStatus.NoResponders, reply.Status);
        Assert.True(client.Time.GetElapsedTime(started) < TimeSpan.FromSeconds(5));
        var thrown = await Assert.ThrowsAsync<BusException>(() => client.RequestMessageAsync("nobody.here", default, Patience));
        Assert.Equal(BusErrorKind.NoResponders, thrown.Kind);
        Assert.Contains("nobody.here", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_NoReplyInTime_IsTimeoutAndTheLateReplyHarmsNobody()
    {
        await using var client = await bus.ConnectAsync();
        using var questions = client.Subscribe("late");

        using var late = await client.RequestAsync("late", "first"u8, TimeSpan.FromMilliseconds(50));
        Assert.Equal(ReplyStatus.Timeout, late.Status);

        // The slot is used again; the answer to the first question must not answer the second.
        var second = client.RequestAsync("late", "second"u8, Patience);
        using var firstQuestion = await questions.ReadAsync();
        using var secondQuestion = await questions.ReadAsync();
        firstQuestion!.Respond("to the first"u8);
        secondQuestion!.Respond("to the second"u8);
        using var reply = await second;

        Assert.Equal("to the second"u8, reply.Payload);
        Assert.Equal(1, client.Statistics.LateReplies);
        Assert.Equal(1, client.Statistics.RequestTimeouts);
    }

    [Fact]
    public async Task Request_Cancelled_ThrowsAndFreesItsSlot()
    {
        await using var client = await bus.ConnectAsync();
        using var questions = client.Subscribe("cancel");
        using var cancellation = new CancellationTokenSource();

        var request = client.RequestAsync("cancel", "x"u8, Patience, default, cancellation.Token).AsTask();
        await cancellation.CancelAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(() => request);
        Assert.Equal(0, client.Statistics.RequestsInFlight);
    }

    [Fact]
    public async Task Request_BeyondTheBound_IsRefused()
    {
        await using var client = await BusConnection.ConnectAsync(new BusOptions { Urls = [bus.Server.Url], MaxRequestsInFlight = 2 });
        using var questions = client.Subscribe("bound");

        var first = client.RequestAsync("bound", "1"u8, Patience).AsTask();
        var second = client.RequestAsync("bound", "2"u8, Patience).AsTask();
        using var third = await client.RequestAsync("bound", "3"u8, Patience);
        Assert.Equal(ReplyStatus.TooManyInFlight, third.Status);

        for (var i = 0; i < 2; i++)
        {
            using var question = await questions.ReadAsync();
            question!.Respond("done"u8);
        }

        using var firstReply = await first;
        using var secondReply = await second;
        Assert.Equal(ReplyStatus.Ok, firstReply.Status);
        Assert.Equal(ReplyStatus.Ok, secondReply.Status);
    }
}
