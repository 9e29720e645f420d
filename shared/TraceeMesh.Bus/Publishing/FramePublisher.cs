using System.Buffers;
using System.Buffers.Text;

namespace TraceeMesh.Bus;

/// <summary>
/// Publishes frames into a stream, in order, many in flight, each acknowledged. At a failed or missing acknowledgement it stops
/// and sends again from the oldest frame not acknowledged (go-back-N). Frames keep their ids, so that the stream stores each once.
/// </summary>
/// <remarks>
/// After going back, the oldest frame goes alone and the others wait for its acknowledgement: a stream that comes back while
/// several are in flight would store a later one first. For the same reason the connection must not hold what is published
/// while it reconnects (<see cref="BusOptions.ReconnectBufferBytes"/> 0).
/// </remarks>
public sealed partial class FramePublisher : IAsyncDisposable
{
    private readonly BusConnection _connection;
    private readonly FramePublisherOptions _options;
    private readonly Func<CancellationToken, Task>? _ensureStreams;
    private readonly Action<OutgoingFrame, PublishAck>? _onSettled;
    private readonly FrameWindow _window;
    private readonly Lock _gate = new();
    private readonly WakeUp _wake = new();
    private readonly ITimer _timer;
    private readonly CancellationTokenSource _stop = new();
    private readonly BusRegistration _acks;
    private readonly string _inbox;
    private readonly Task _pump;
    private TaskCompletionSource? _advance; // completed whenever a frame is settled, or the publisher stops
    private string? _lastFailure;
    private long _settledOffset;
    private long _settledFrames;
    private int _settling; // 1 while a frame has left the window and is not yet reported
    private long _duplicates;
    private long _resent;
    private long _goneBack;
    private long _foreignAcks;
    private long _lateAcks;
    private bool _ended;

    /// <summary>Starts a publisher.</summary>
    /// <param name="connection">The connection it publishes on.</param>
    /// <param name="options">Stream and bounds.</param>
    /// <param name="ensureStreams">Re-creates the streams when the bus may have forgotten them; called before sending again.</param>
    /// <param name="onSettled">Called for each frame once it is acknowledged, in order, one at a time; its buffer is gone by then.</param>
    public FramePublisher(BusConnection connection, FramePublisherOptions options, Func<CancellationToken, Task>? ensureStreams = null, Action<OutgoingFrame, PublishAck>? onSettled = null)
    {
        _connection = connection;
        _options = options;
        _ensureStreams = ensureStreams;
        _onSettled = onSettled;
        _window = new FrameWindow(options.MaxFrames, options.MaxBytes);
        _timer = connection.Time.CreateTimer(static state => ((FramePublisher)state!)._wake.Set(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _inbox = connection.NewInbox();
        _acks = connection.Subscribe($"{_inbox}.*", OnAck);
        connection.StateChanged += OnStateChanged;
        _pump = Task.Run(PumpAsync);
    }

    /// <summary>Everything below this offset is acknowledged; 0 before the first frame is.</summary>
    public long Settled => Interlocked.Read(ref _settledOffset);

    /// <summary>The counters, read now.</summary>
    public FramePublisherStatistics Statistics
    {
        get
        {
            lock (_gate)
            {
                return new FramePublisherStatistics(_window.Count, _window.Bytes, _settledFrames, _duplicates, _resent, _goneBack, _foreignAcks, _lateAcks, _lastFailure);
            }
        }
    }

    /// <summary>Takes a frame, in order, and waits while the window is full. One caller at a time, or the order is theirs to keep.</summary>
    /// <param name="frame">The frame; its buffer is the publisher's once the call succeeded.</param>
    /// <param name="cancellation">Gives up waiting; the frame and its buffer stay the caller's.</param>
    /// <exception cref="BusException">The frame is larger than the server takes, or the publisher or its connection is closed.</exception>
    public async ValueTask EnqueueAsync(OutgoingFrame frame, CancellationToken cancellation = default)
    {
        if (_connection.State == BusState.Connected && frame.Length > _connection.MaxPayload)
        {
            throw new BusException(BusErrorKind.PayloadTooLarge, $"frame {frame.MessageId} for '{frame.Subject}' has {frame.Length} bytes, the server takes {_connection.MaxPayload}: make smaller frames or raise max_payload");
        }

        while (!TryEnqueue(frame, out var advance))
        {
            await advance.WaitAsync(cancellation);
        }

        _wake.Set();
    }

    /// <summary>Waits until every frame enqueued so far is acknowledged.</summary>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="BusException">The publisher or its connection was closed before.</exception>
    public async Task DrainAsync(CancellationToken cancellation = default)
    {
        long? wanted = null;
        while (true)
        {
            Task advance;
            lock (_gate)
            {
                wanted ??= _settledFrames + _settling + _window.Count;
                if (_settledFrames >= wanted)
                {
                    return;
                }

                advance = NextAdvance_NeedsLock();
            }

            await advance.WaitAsync(cancellation);
        }
    }

    /// <summary>Stops at once; frames not acknowledged are dropped. Call <see cref="DrainAsync"/> before, to keep them.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        await _stop.CancelAsync();
        await _pump;
        _connection.StateChanged -= OnStateChanged;
        _acks.Dispose();
        await _timer.DisposeAsync();
        lock (_gate)
        {
            _window.GoBack();
            while (_window.HasUnsent)
            {
                _window.MarkSent(0, out _);
                ArrayPool<byte>.Shared.Return(_window.RemoveOldest().Frame.Buffer);
            }
        }

        _stop.Dispose();
    }

    private bool TryEnqueue(in OutgoingFrame frame, out Task advance)
    {
        lock (_gate)
        {
            if (_ended || !_window.HasRoomFor(frame.Length))
            {
                advance = NextAdvance_NeedsLock();
                return false;
            }

            _window.Add(frame);
            advance = Task.CompletedTask;
            return true;
        }
    }

    private Task NextAdvance_NeedsLock()
    {
        if (_ended)
        {
            throw new BusException(BusErrorKind.Closed, $"frames for stream {_options.Stream} are not taken any more: the publisher or its connection is closed");
        }

        _advance ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _advance.Task;
    }

    private void OnStateChanged(BusState state) => _wake.Set();

    private void OnAck(IncomingMessage message)
    {
        var token = message.SubjectBytes[(_inbox.Length + 1)..];
        if (!Utf8Parser.TryParse(token, out long number, out var read) || read != token.Length)
        {
            return;
        }

        var ack = message.IsNoResponders ? new PublishAck(PublishAckStatus.NoStream) : PublishAckReader.Read(message.Payload, _options.Stream);
        lock (_gate)
        {
            if ((ack.Stream is not null && ack.Stream != _options.Stream) || (_options.Domain is not null && ack.Domain is not null && ack.Domain != _options.Domain))
            {
                _foreignAcks++; // an overlapping stream elsewhere answers too; the right one's answer counts
                return;
            }

            if (!_window.TryAcknowledge(number, ack))
            {
                _lateAcks++;
                return;
            }

            _failed |= !ack.IsStored;
        }

        _wake.Set();
    }
}
