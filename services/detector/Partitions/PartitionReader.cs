using System.Globalization;
using Microsoft.Extensions.Logging;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Ledger;

namespace TraceeMesh.Detector.Partitions;

/// <summary>
/// Reads the frames of one partition in order, from behind the last one judged, through a consumer that carries the fence in
/// its name. Whatever ends that consumer, another one takes its place.
/// </summary>
public sealed partial class PartitionReader : IAsyncDisposable
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(250);

    // 16 partitions that are silent cost a heartbeat every third of a second and a request every other second.
    private static readonly PullOptions Pull = new() { Batch = 32, Heartbeat = TimeSpan.FromSeconds(5), Expires = TimeSpan.FromSeconds(30) };

    // A node sends a frame every second, so that a stream that removes by age is this close to its age.
    private static readonly TimeSpan AgeSlack = TimeSpan.FromSeconds(10);

    private readonly JetStream _jetStream;
    private readonly PartitionParts _parts;
    private readonly PartitionLease _lease;
    private readonly PartitionBooks _books;
    private readonly string _prefix;
    private readonly long _fence;
    private PullConsumer? _consumer;
    private string _told = "";

    /// <summary>A reader for one term of a lease.</summary>
    public PartitionReader(PartitionParts parts, PartitionLease lease, PartitionBooks books)
    {
        _parts = parts;
        _jetStream = parts.JetStream;
        _lease = lease;
        _books = books;
        _prefix = $"p{lease.Partition}-";
        _fence = lease.Fence;
    }

    /// <summary>The next frame; waits for the bus and for the lease as long as it takes.</summary>
    public async ValueTask<JetStreamMessage> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            _consumer ??= await OpenAsync(cancellation);
            var result = await _consumer.ReadAsync(cancellation);
            if (result is { Status: PullStatus.Message, Message: { } message })
            {
                return message;
            }

            LogReopened(_parts.Log, _lease.Partition, result.Status);
            await CloseAsync();
            if (result.Status == PullStatus.Closed)
            {
                await Task.Delay(Retry, _parts.Time, cancellation);
            }
        }
    }

    /// <summary>Why events below a frame are not in the stream.</summary>
    /// <exception cref="BusException">The bus does not answer.</exception>
    public async Task<string> ExplainHoleAsync(CancellationToken cancellation)
    {
        return Explain(await _jetStream.FindStreamAsync(_parts.Streams.Events.Name, cancellation), _books.Sequence);
    }

    /// <summary>Why events behind a sequence are not in the events stream.</summary>
    /// <param name="state">The stream; null: there is none.</param>
    /// <param name="sequence">The last one judged.</param>
    public static string Explain(StreamState? state, long sequence) =>
        state is null ? LossReasons.BusRestart
        : state.FirstSequence > sequence + 1 ? (state.Span >= StreamTable.EventsMaxAge - AgeSlack ? LossReasons.ExpiredBeforeJudged : LossReasons.StreamLimit)
        : sequence == 0 ? LossReasons.BusRestart
        : LossReasons.StreamDeleted;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await CloseAsync();

    private async Task CloseAsync()
    {
        if (_consumer is { } consumer)
        {
            _consumer = null;
            await consumer.DisposeAsync();
        }
    }

    private async Task<PullConsumer> OpenAsync(CancellationToken cancellation)
    {
        while (true)
        {
            // Only an owner may make a consumer; one that lost its lease would otherwise fight its successor.
            if (_lease.MayJudge)
            {
                try
                {
                    var consumer = await CreateAsync(cancellation);
                    _told = "";
                    return consumer;
                }
                catch (BusException e)
                {
                    TellOnce(e.Message);
                }
            }

            await Task.Delay(Retry, _parts.Time, cancellation);
        }
    }

    private async Task<PullConsumer> CreateAsync(CancellationToken cancellation)
    {
        var stream = await _jetStream.EnsureStreamAsync(_parts.Streams.Events, cancellation);
        _books.Attach(stream.Created.UtcDateTime.ToString("O", CultureInfo.InvariantCulture), stream.LastSequence);
        await DeleteOlderAsync(stream.Name, cancellation);
        _parts.Counters.ConsumersMade.Add();
        return await _jetStream.CreateConsumerAsync(
            new ConsumerDefinition(stream.Name)
            {
                Name = $"{_prefix}{_fence}",
                FilterSubject = _parts.Subjects.EventsOfPartition(_lease.Partition),
                AckPolicy = AckPolicy.None,
                Start = ConsumerStart.AtSequence(_books.Sequence + 1),
            },
            Pull,
            cancellation);
    }

    // The same reason is told once: sixteen partitions ask four times a second for as long as the bus is away.
    private void TellOnce(string reason)
    {
        if (reason != _told)
        {
            _told = reason;
            LogNotOpened(_parts.Log, _lease.Partition, reason);
        }
    }

    // Consumers of earlier terms, and the one of this term where it was found unusable.
    private async Task DeleteOlderAsync(string stream, CancellationToken cancellation)
    {
        foreach (var name in await _jetStream.ListConsumersAsync(stream, cancellation))
        {
            if (name.StartsWith(_prefix, StringComparison.Ordinal)
                && long.TryParse(name.AsSpan(_prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var fence)
                && fence <= _fence)
            {
                await _jetStream.DeleteConsumerAsync(stream, name, cancellation);
            }
        }
    }

    [LoggerMessage(40, LogLevel.Information, "partition {Partition}: reading anew, since the consumer ended ({Status})")]
    private static partial void LogReopened(ILogger log, int partition, PullStatus status);

    [LoggerMessage(41, LogLevel.Warning, "partition {Partition}: not reading yet: {Reason}")]
    private static partial void LogNotOpened(ILogger log, int partition, string reason);
}
