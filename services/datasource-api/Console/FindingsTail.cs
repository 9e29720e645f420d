using System.Net.ServerSentEvents;
using System.Threading.Channels;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;

namespace TraceeMesh.DataSourceApi.Console;

/// <summary>
/// The findings stream as one page reads it: from where the page stopped, or its last <see cref="ConsoleLimits.FirstFindings"/>, and then
/// what comes, at the page's own pace. Messages: <c>begin</c>, <c>findings</c>, <c>gap</c>, <c>away</c>.
/// </summary>
/// <param name="jetStream">The bus.</param>
/// <param name="stream">The findings stream.</param>
/// <param name="counters">Where it counts.</param>
internal sealed class FindingsTail(JetStream jetStream, StreamDefinition stream, ConsoleCounters counters)
{
    private static readonly TimeSpan InactiveThreshold = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(250);
    private static readonly PullOptions Pull = new() { Batch = 128 };

    /// <summary>Sends until cancelled.</summary>
    /// <param name="after">Sequence of the last finding that the page has; -1 where it has none.</param>
    /// <param name="messages">Takes the messages; waits while the page is slow.</param>
    /// <param name="cancellation">The page has gone.</param>
    public async Task RunAsync(long after, ChannelWriter<SseItem<string>> messages, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                after = await FollowAsync(after, messages, cancellation);
            }
            catch (BusException)
            {
                // Said below, and tried again.
            }

            await messages.WriteAsync(new SseItem<string>("{}", "away"), cancellation);
            await Task.Delay(RetryPause, jetStream.Connection.Time, cancellation);
        }
    }

    // Returns where to go on, once reading was interrupted.
    private async Task<long> FollowAsync(long after, ChannelWriter<SseItem<string>> messages, CancellationToken cancellation)
    {
        if (await jetStream.FindStreamAsync(stream.Name, cancellation) is not { } state)
        {
            return after; // Detectors make it.
        }

        after = await BeginAsync(after, state, messages, cancellation);
        await using var consumer = await jetStream.CreateConsumerAsync(
            new ConsumerDefinition(stream.Name) { Start = ConsumerStart.AtSequence(after + 1), InactiveThreshold = InactiveThreshold }, Pull, cancellation);
        while (true)
        {
            var result = await consumer.ReadAsync(cancellation);
            if (result.Status != PullStatus.Message)
            {
                return after;
            }

            using var batch = new FindingBatch();
            long behind;
            do
            {
                using var message = result.Message!;
                after = await TakeAsync(batch, message, after, messages, cancellation);
                behind = message.Metadata.Pending;
            }
            while (batch.Count < ConsoleLimits.FindingsPerMessage && consumer.TryRead(out result) && result.Status == PullStatus.Message);

            await messages.WriteAsync(batch.ToMessage(), cancellation);
            if (behind > ConsoleLimits.FindingsBehind)
            {
                // The page cannot keep up: it gets what is new, and is told what it did not get.
                after = await SkipAsync(after, after + behind - ConsoleLimits.FirstFindings, "slow", messages, cancellation);
                await consumer.RestartAsync(ConsumerStart.AtSequence(after + 1), cancellation);
            }
            else if (result.Status != PullStatus.Message)
            {
                return after;
            }
        }
    }

    private async Task<long> BeginAsync(long after, StreamState state, ChannelWriter<SseItem<string>> messages, CancellationToken cancellation)
    {
        var first = Math.Max(state.FirstSequence - 1, state.LastSequence - ConsoleLimits.FirstFindings);

        // A page that knows more than the stream has seen another stream: it begins anew.
        var isFresh = after < 0 || after > state.LastSequence;
        await messages.WriteAsync(
            new SseItem<string>(ConsoleText.Object(json =>
            {
                json.WriteBoolean("fresh", isFresh);
                json.WriteNumber("first", state.FirstSequence);
                json.WriteNumber("last", state.LastSequence);
            }), "begin") { ReconnectionInterval = RetryPause },
            cancellation);
        return isFresh ? first
            : state.LastSequence - after > ConsoleLimits.FindingsBehind ? await SkipAsync(after, first, "away", messages, cancellation)
            : after;
    }

    private async Task<long> TakeAsync(FindingBatch batch, JetStreamMessage message, long after, ChannelWriter<SseItem<string>> messages, CancellationToken cancellation)
    {
        var sequence = message.Metadata.StreamSequence;
        if (sequence > after + 1)
        {
            await SkipAsync(after, sequence - 1, "forgotten", messages, cancellation);
        }

        if (!batch.Add(message))
        {
            counters.Malformed.Add();
        }

        return sequence;
    }

    private async Task<long> SkipAsync(long after, long to, string reason, ChannelWriter<SseItem<string>> messages, CancellationToken cancellation)
    {
        counters.Skipped.Add(to - after);
        await messages.WriteAsync(
            new SseItem<string>(ConsoleText.Object(json =>
            {
                json.WriteNumber("after", after);
                json.WriteNumber("count", to - after);
                json.WriteString("reason", reason);
            }), "gap"),
            cancellation);
        return to;
    }
}
