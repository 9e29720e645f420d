using System.Runtime.CompilerServices;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Streams;

/// <summary>Reads a stream in order, across lost connections and restarts of the bus.</summary>
/// <param name="bus">The connection.</param>
/// <param name="definition">The stream; created when it is not there, as everybody does.</param>
/// <param name="messages">Where interruptions are said.</param>
internal sealed class StreamFollower(BusConnection bus, StreamDefinition definition, TextWriter messages)
{
    /// <summary>A reader that ended without a word is forgotten by the bus after this.</summary>
    private static readonly TimeSpan InactiveThreshold = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(250);
    private static readonly PullOptions Pull = new() { Batch = 256 };

    private readonly JetStream _jetStream = new(bus);

    /// <summary>Every message from <paramref name="start"/> on; dispose each.</summary>
    /// <param name="start">Where to begin.</param>
    /// <param name="follow">Whether to go on with what comes; else it ends with what was there at the call.</param>
    /// <param name="idle">Called when there is nothing more to read at the moment.</param>
    /// <param name="cancellation">Ends it.</param>
    public async IAsyncEnumerable<JetStreamMessage> Read(ConsumerStart start, bool follow, Action idle, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await _jetStream.EnsureStreamAsync(definition, cancellation);
        await using var consumer = await _jetStream.CreateConsumerAsync(new ConsumerDefinition(definition.Name) { Start = start, InactiveThreshold = InactiveThreshold }, Pull, cancellation);
        var left = follow ? long.MaxValue : consumer.Created.Pending;
        while (left > 0)
        {
            if (!consumer.TryRead(out var result))
            {
                idle();
                result = await consumer.ReadAsync(cancellation);
            }

            switch (result.Status)
            {
                case PullStatus.Message:
                    yield return result.Message!;
                    left--;
                    break;
                case PullStatus.Closed:
                    throw new CommandException(ExitCode.BusUnreachable, "the bus closed the connection for good: it does not know this user any more");
                default:
                    await Resume(consumer, result.Status, cancellation);
                    break;
            }
        }

        idle();
    }

    private async Task Resume(PullConsumer consumer, PullStatus interruption, CancellationToken cancellation)
    {
        await messages.WriteLineAsync($"tmesh: reading of {definition.Name} was interrupted ({interruption}): going on");

        // A stream made anew begins at 1; what it held before is gone.
        var next = interruption == PullStatus.StreamGone ? 1 : consumer.LastStreamSequence + 1;
        while (true)
        {
            try
            {
                await _jetStream.EnsureStreamAsync(definition, cancellation);
                await consumer.RestartAsync(ConsumerStart.AtSequence(next), cancellation);
                return;
            }
            catch (BusException exception) when (exception.Kind is BusErrorKind.Disconnected or BusErrorKind.Timeout or BusErrorKind.NoResponders)
            {
                await Task.Delay(RetryPause, bus.Time, cancellation);
            }
        }
    }
}
