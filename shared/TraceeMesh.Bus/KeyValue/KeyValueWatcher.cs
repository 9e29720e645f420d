namespace TraceeMesh.Bus;

/// <summary>Tells what a bucket holds and then every change. One reader at a time.</summary>
public sealed class KeyValueWatcher : IAsyncDisposable
{
    /// <summary>The pause between attempts to take up the watch while the bus does not answer or the bucket is not there.</summary>
    private static readonly TimeSpan RetryWait = TimeSpan.FromMilliseconds(250);

    private readonly JetStream _jetStream;
    private readonly string _subjectPrefix;
    private readonly PullConsumer _consumer;
    private DateTimeOffset _streamCreated;
    private long _initialLeft;
    private bool _initialTold;
    private long _lastSequence;

    internal KeyValueWatcher(JetStream jetStream, string subjectPrefix, StreamState stream, PullConsumer consumer)
    {
        _jetStream = jetStream;
        _subjectPrefix = subjectPrefix;
        _streamCreated = stream.Created;
        _consumer = consumer;
        _initialLeft = consumer.Created.Pending;
    }

    /// <summary>Whether the bus has said nothing for longer than it is silent with nothing to tell: changes may have been made that are not told.</summary>
    public bool IsSilent => _consumer.IsSilent;

    /// <summary>The next thing to tell.</summary>
    /// <param name="cancellation">Gives up waiting; nothing is lost by it.</param>
    public async ValueTask<KeyValueChange> ReadAsync(CancellationToken cancellation = default)
    {
        while (true)
        {
            if (_initialLeft <= 0 && !_initialTold)
            {
                _initialTold = true;
                return new KeyValueChange(KeyValueChangeKind.InitialDone);
            }

            var result = await _consumer.ReadAsync(cancellation);
            switch (result.Status)
            {
                case PullStatus.Message:
                    using (result.Message)
                    {
                        return Tell(result.Message!);
                    }

                case PullStatus.Closed:
                    return new KeyValueChange(KeyValueChangeKind.Closed);
                default:
                    if (await ResumeAsync(cancellation))
                    {
                        return new KeyValueChange(KeyValueChangeKind.Reset);
                    }

                    break;
            }
        }
    }

    /// <summary>Stops watching.</summary>
    public ValueTask DisposeAsync() => _consumer.DisposeAsync();

    private KeyValueChange Tell(JetStreamMessage message)
    {
        // Pending 0 ends the beginning too: a key overwritten meanwhile is told once, as new.
        _initialLeft = message.Metadata.Pending == 0 ? 0 : _initialLeft - 1;
        _lastSequence = message.Metadata.StreamSequence;
        var deleted = KeyValueBucket.IsDeletion(message.Headers);
        var entry = new KeyValueEntry(message.Subject[_subjectPrefix.Length..], message.Payload.ToArray(), _lastSequence, message.Metadata.Time, deleted);
        return new KeyValueChange(deleted ? KeyValueChangeKind.Deleted : KeyValueChangeKind.Put, entry);
    }

    /// <summary>Takes up the watch where it broke. Returns whether the bucket is another than before.</summary>
    private async Task<bool> ResumeAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                if (await _jetStream.FindStreamAsync(_consumer.Stream, cancellation) is { } stream)
                {
                    return await ResumeAsync(stream, cancellation);
                }
            }
            catch (BusException e) when (e.Kind != BusErrorKind.Closed)
            {
                // No answer yet; the bus comes back or the connection closes.
            }

            await Task.Delay(RetryWait, _jetStream.Connection.Time, cancellation);
        }
    }

    private async Task<bool> ResumeAsync(StreamState stream, CancellationToken cancellation)
    {
        // While the beginning is not told, a place in the stream means nothing: the consumer jumps from last value to last value.
        var another = stream.Created != _streamCreated || stream.LastSequence < _lastSequence;
        var fromStart = another || !_initialTold;
        await _consumer.RestartAsync(fromStart ? ConsumerStart.LastPerSubject : ConsumerStart.AtSequence(_lastSequence + 1), cancellation);
        if (fromStart)
        {
            _streamCreated = stream.Created;
            _initialLeft = _consumer.Created.Pending;
            _initialTold = false;
            _lastSequence = 0;
        }

        return another;
    }
}
