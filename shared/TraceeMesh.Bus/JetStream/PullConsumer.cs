namespace TraceeMesh.Bus;

/// <summary>
/// Reads a stream in order through a pull consumer. Requests overlap, so that the reader never waits for a round trip; after a
/// reconnect it goes on if the consumer is still there. One reader at a time.
/// </summary>
/// <remarks>
/// The bus counts the deliveries of a consumer. A number left out was lost on the way (the connection broke): a consumer that
/// acknowledges gets it again, one that does not reports <see cref="PullStatus.Gap"/>.
/// </remarks>
public sealed partial class PullConsumer : IAsyncDisposable
{
    private readonly JetStream _jetStream;
    private readonly PullOptions _options;
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private ConsumerDefinition _definition;
    private BusSubscription _inbox;
    private ConsumerState _state = null!;
    private string _inboxPrefix = "";
    private PullStatus _end = PullStatus.Message; // Message: not ended
    private long _nextConsumerSequence;
    private int _outstanding; // messages asked for and not yet come
    private long _lastRead;
    private int _verifying;
    private bool _disposed;

    internal PullConsumer(JetStream jetStream, ConsumerDefinition definition, PullOptions options)
    {
        _jetStream = jetStream;
        _definition = definition;
        _options = options;
        _inbox = OpenInbox();
        _timer = Connection.Time.CreateTimer(static state => ((PullConsumer)state!).OnTick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Connection.StateChanged += OnStateChanged;
    }

    /// <summary>Name of the stream.</summary>
    public string Stream => _definition.Stream;

    /// <summary>Name of the consumer.</summary>
    public string Name => _definition.Name!;

    /// <summary>The consumer as it was when created, taken up or restarted.</summary>
    public ConsumerState Created => _state;

    /// <summary>Stream sequence of the last message read; 0 before the first.</summary>
    public long LastStreamSequence { get; private set; }

    /// <summary>Whether the bus has said nothing for longer than its heartbeats are apart, as far as the reader has read.</summary>
    public bool IsSilent => Connection.Time.GetElapsedTime(Volatile.Read(ref _lastRead)) > _options.Heartbeat * SilentHeartbeats;

    /// <summary>How often deliveries were missing.</summary>
    public long Gaps { get; private set; }

    private BusConnection Connection => _jetStream.Connection;

    /// <summary>The next message, or why there will be none.</summary>
    /// <param name="cancellation">Gives up waiting; nothing is lost by it.</param>
    public async ValueTask<PullResult> ReadAsync(CancellationToken cancellation = default)
    {
        while (true)
        {
            if (TryRead(out var result))
            {
                return result;
            }

            if (!await _inbox.WaitToReadAsync(cancellation) && !TryRead(out result))
            {
                return new PullResult(_end == PullStatus.Message ? PullStatus.Closed : _end);
            }
        }
    }

    /// <summary>A message that is here already, or why there will be none.</summary>
    /// <param name="result">What there is.</param>
    public bool TryRead(out PullResult result)
    {
        while (_inbox.TryRead(out var message))
        {
            _lastRead = Connection.Time.GetTimestamp();
            if (!MessageMetadata.TryParse(message.ReplyBytes, out var metadata))
            {
                OnStatusMessage(message);
                continue;
            }

            if (_definition.AckPolicy == AckPolicy.None && metadata.ConsumerSequence != _nextConsumerSequence)
            {
                Gaps++;
                message.Dispose();
                End(PullStatus.Gap);
                break;
            }

            _nextConsumerSequence = metadata.ConsumerSequence + 1;
            LastStreamSequence = metadata.StreamSequence;
            Received(1);
            result = new PullResult(PullStatus.Message, new JetStreamMessage(message, metadata));
            return true;
        }

        result = new PullResult(_end);
        return _end != PullStatus.Message;
    }

    /// <summary>Deletes the consumer if it is there, creates it anew at another place and goes on reading.</summary>
    /// <param name="start">Where to begin; after what was read, <c>ConsumerStart.AtSequence(LastStreamSequence + 1)</c>.</param>
    /// <param name="cancellation">Gives up; call again then.</param>
    /// <exception cref="BusException">The bus does not answer, or the stream is not there.</exception>
    public async Task RestartAsync(ConsumerStart start, CancellationToken cancellation = default)
    {
        End(PullStatus.ConsumerGone);
        await _jetStream.DeleteConsumerAsync(Stream, Name, cancellation);
        _inbox.Dispose();
        _definition = _definition with { Start = start };
        _inbox = OpenInbox();
        LastStreamSequence = 0;
        await StartAsync(cancellation);
    }

    /// <summary>Stops pulling. A consumer with a made-up name is forgotten by the bus after its inactive threshold.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        Connection.StateChanged -= OnStateChanged;
        await _timer.DisposeAsync();
        End(PullStatus.Closed);
        _inbox.Dispose();
    }

    internal async Task StartAsync(CancellationToken cancellation)
    {
        _state = await _jetStream.EnsureConsumerAsync(_definition, cancellation);
        _nextConsumerSequence = _state.DeliveredConsumerSequence + 1;
        _lastRead = Connection.Time.GetTimestamp();
        lock (_gate)
        {
            _end = PullStatus.Message;
            _outstanding = 0;
        }

        Pull();
        _timer.Change(_options.Heartbeat, _options.Heartbeat);
    }

    private BusSubscription OpenInbox()
    {
        _inboxPrefix = _jetStream.NewInbox();
        // A verification after a reconnect may double what is outstanding; with this room nothing is dropped.
        return Connection.Subscribe($"{_inboxPrefix}.*", new BusSubscriptionOptions { Capacity = (_options.Batch * 4) + 64, MaxBytes = long.MaxValue });
    }

    private void End(PullStatus status)
    {
        lock (_gate)
        {
            if (_end != PullStatus.Message)
            {
                return;
            }

            _end = status;
        }

        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _inbox.Complete();
    }
}
