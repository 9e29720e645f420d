using Microsoft.Extensions.Logging;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Ledger;

namespace TraceeMesh.Enricher.Input;

/// <summary>
/// Reads the raw stream of the node from its beginning, in order, for ever: a consumer that the bus has forgotten is created
/// again behind the last message read, a stream that it has forgotten is created again and read from its beginning.
/// </summary>
public sealed class RawReader : IAsyncDisposable
{
    private static readonly TimeSpan RetryWait = TimeSpan.FromMilliseconds(250);

    private readonly JetStream _jetStream;
    private readonly StreamDefinition _stream;
    private readonly ILogger _log;
    private PullConsumer? _consumer;
    private DateTimeOffset _created;
    private long _last;
    private string? _gap;

    /// <summary>A reader that has read nothing.</summary>
    /// <param name="jetStream">The bus.</param>
    /// <param name="stream">The raw stream of the node.</param>
    /// <param name="log">The log.</param>
    public RawReader(JetStream jetStream, StreamDefinition stream, ILogger log)
    {
        _jetStream = jetStream;
        _stream = stream;
        _log = log;
    }

    /// <summary>How often the reader had to begin anew.</summary>
    public long Restarts { get; private set; }

    /// <summary>The next message.</summary>
    /// <returns>The message, to be disposed; and why messages before it are missing, if they are (one of <see cref="LossReasons"/>).</returns>
    public async ValueTask<(JetStreamMessage Message, string? Gap)> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                _consumer ??= await OpenAsync(cancellation);
                var result = await _consumer.ReadAsync(cancellation);
                if (result.Message is { } message)
                {
                    return (message, await GapBeforeAsync(message.Metadata.StreamSequence, cancellation));
                }

                _log.LogWarning("reading {Stream} after sequence {Sequence} begins anew: {Status}", _stream.Name, _last, result.Status);
            }
            catch (BusException e) when (e.Kind != BusErrorKind.Closed)
            {
                _log.LogWarning("reading {Stream} after sequence {Sequence} begins anew: {Message}", _stream.Name, _last, e.Message);
                await Task.Delay(RetryWait, _jetStream.Connection.Time, cancellation);
            }

            await CloseAsync();
            Restarts++;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await CloseAsync();

    private async Task<PullConsumer> OpenAsync(CancellationToken cancellation)
    {
        var state = await _jetStream.EnsureStreamAsync(_stream, cancellation);
        if (_created != default && _created != state.Created)
        {
            _last = 0;
            _gap = LossReasons.BusRestart;
        }

        _created = state.Created;
        var start = _last == 0 ? ConsumerStart.All : ConsumerStart.AtSequence(_last + 1);
        return await _jetStream.CreateConsumerAsync(new ConsumerDefinition(_stream.Name) { Start = start }, cancellation: cancellation);
    }

    private async Task CloseAsync()
    {
        if (_consumer is { } consumer)
        {
            _consumer = null;
            await consumer.DisposeAsync();
        }
    }

    // A limit discards the oldest messages without a word, so the stream begins behind what is missing; what is missing in
    // its middle was removed by somebody.
    private async ValueTask<string?> GapBeforeAsync(long sequence, CancellationToken cancellation)
    {
        // What an enricher before this one had read, and a stream that begins at its first message does not hold, is of a stream before it.
        var gap = _last == 0 && sequence == 1 ? LossReasons.BusRestart : _gap;
        if (sequence != _last + 1)
        {
            try
            {
                var state = _last == 0 ? null : await _jetStream.FindStreamAsync(_stream.Name, cancellation);
                gap ??= state is null || state.FirstSequence > _last + 1 ? LossReasons.StreamLimit : LossReasons.StreamDeleted;
            }
            catch (BusException)
            {
                // Named as good as can be: the message is here, and the bus, which knows more, is gone.
                gap ??= LossReasons.Unknown;
            }
        }

        _gap = null;
        _last = sequence;
        return gap;
    }
}
