using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace TraceeMesh.Bus;

/// <summary>
/// A subscription read at the reader's pace, in order, from a bounded buffer. What finds no room is dropped and counted.
/// Dispose each message read. Completes when disposed and when the connection is closed.
/// </summary>
public sealed class BusSubscription : IDisposable
{
    private readonly BusConnection _connection;
    private readonly Channel<BusMessage> _buffer;
    private readonly long _maxBytes;
    private NativeSubscription? _native;
    private long _bytes;
    private long _dropped;
    private bool _dropping;

    internal BusSubscription(BusConnection connection, string subject, BusSubscriptionOptions options)
    {
        _connection = connection;
        Subject = subject;
        _maxBytes = options.MaxBytes;
        // Full is answered with false, and counted, by TryWrite.
        _buffer = Channel.CreateBounded<BusMessage>(new BoundedChannelOptions(options.Capacity) { SingleWriter = true, FullMode = BoundedChannelFullMode.Wait });
    }

    /// <summary>The subject subscribed to.</summary>
    public string Subject { get; }

    /// <summary>Messages that found no room.</summary>
    public long Dropped => Interlocked.Read(ref _dropped) + (_native?.Dropped ?? 0);

    /// <summary>Messages waiting for the reader.</summary>
    public int Waiting => _buffer.Reader.Count;

    /// <summary>Whether no message will come any more.</summary>
    public bool IsClosed => _buffer.Reader.Completion.IsCompleted;

    /// <summary>Takes a message that is here already.</summary>
    /// <param name="message">The message; dispose it.</param>
    public bool TryRead([NotNullWhen(true)] out BusMessage? message)
    {
        if (!_buffer.Reader.TryRead(out message))
        {
            return false;
        }

        Interlocked.Add(ref _bytes, -message.Size);
        return true;
    }

    /// <summary>Waits until a message is here.</summary>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <returns>Whether there is one; false when the subscription is closed.</returns>
    public ValueTask<bool> WaitToReadAsync(CancellationToken cancellation = default) => _buffer.Reader.WaitToReadAsync(cancellation);

    /// <summary>The next message; null when the subscription is closed.</summary>
    /// <param name="cancellation">Gives up waiting.</param>
    public async ValueTask<BusMessage?> ReadAsync(CancellationToken cancellation = default)
    {
        while (await WaitToReadAsync(cancellation))
        {
            if (TryRead(out var message))
            {
                return message;
            }
        }

        return null;
    }

    /// <summary>All messages until the subscription is closed.</summary>
    /// <param name="cancellation">Stops reading.</param>
    public async IAsyncEnumerable<BusMessage> ReadAllAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
    {
        while (await ReadAsync(cancellation) is { } message)
        {
            yield return message;
        }
    }

    /// <summary>Unsubscribes and gives back what was not read.</summary>
    public void Dispose()
    {
        _native?.Dispose();
        Complete();
        while (TryRead(out var message))
        {
            message.Dispose();
        }
    }

    internal void Attach(NativeSubscription native) => _native = native;

    internal void Complete() => _buffer.Writer.TryComplete();

    internal void Deliver(IncomingMessage incoming)
    {
        var message = incoming.ToMessage();
        if (Interlocked.Add(ref _bytes, message.Size) <= _maxBytes || _buffer.Reader.Count == 0)
        {
            if (_buffer.Writer.TryWrite(message))
            {
                _dropping = false;
                return;
            }
        }

        Interlocked.Add(ref _bytes, -message.Size);
        message.Dispose();
        Interlocked.Increment(ref _dropped);
        _connection.CountDropped();
        if (!_dropping)
        {
            _dropping = true;
            _connection.ReportSlowConsumer($"the reader of '{Subject}' fell behind and messages are dropped");
        }
    }
}
