using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace TraceeMesh.Bus;

/// <summary>
/// One connection to the bus: publish, subscribe, request. It reconnects by itself for ever; <see cref="Epoch"/> tells one
/// connection from the next. Safe to use from any thread. This class and <c>LibNats.cs</c> are what another client library would replace.
/// </summary>
public sealed partial class BusConnection : IAsyncDisposable
{
    /// <summary>How long closing waits for the library's threads to let go of the connection.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    // The library's callbacks carry a number, never a pointer: one that comes late finds nothing.
    private static readonly ConcurrentDictionary<nint, BusConnection> Connections = new();
    private static long _lastId;

    private readonly BusOptions _options;
    private readonly nint _id;
    private readonly NativeConnection _native = new();
    private readonly RequestTable _requests;
    private readonly byte[] _inbox;
    private readonly ConcurrentDictionary<nint, NativeSubscription> _subscriptions = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private NativeSubscription? _replies;
    private long _inboxes;
    private int _disposed;

    private BusConnection(BusOptions options)
    {
        _options = options;
        _id = NextId();
        _requests = new RequestTable(options.Time, options.MaxRequestsInFlight);
        InboxPrefix = $"{options.InboxPrefix}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12))}";
        _inbox = Encoding.ASCII.GetBytes(InboxPrefix + ".r.");
    }

    /// <summary>The clock of time-outs.</summary>
    public TimeProvider Time => _options.Time;

    /// <summary>The largest payload the server takes, in bytes.</summary>
    public long MaxPayload => LibNats.MaxPayload(_native.Pointer);

    /// <summary>The address of the server connected to; empty while there is none.</summary>
    public unsafe string ConnectedUrl
    {
        get
        {
            Span<byte> buffer = stackalloc byte[512];
            fixed (byte* pointer = buffer)
            {
                return LibNats.ConnectedUrl(_native.Pointer, pointer, (nuint)buffer.Length) == NatsStatus.Ok ? Redact(LibNats.Text(pointer)) : "";
            }
        }
    }

    /// <summary>How many servers keep each stream that this connection creates.</summary>
    public int StreamReplicas => _options.StreamReplicas;

    internal string InboxPrefix { get; }

    /// <summary>A subject nobody else uses, for replies outside <see cref="RequestAsync"/>.</summary>
    public string NewInbox() => $"{InboxPrefix}.{Interlocked.Increment(ref _inboxes)}";

    /// <summary>A subject nobody else uses, with a token by which the configuration of a leaf node knows what is not to leave the node.</summary>
    internal string NewInbox(string token) => $"{InboxPrefix}.{token}.{Interlocked.Increment(ref _inboxes)}";

    /// <summary>
    /// Sends what has been published to the server and waits until the server has read it.
    /// </summary>
    /// <exception cref="BusException">The server did not answer in time, or there is none.</exception>
    public async Task FlushAsync(TimeSpan timeout, CancellationToken cancellation = default)
    {
        var status = await Task.Run(() => LibNats.Flush(_native.Pointer, Math.Max(1, (long)timeout.TotalMilliseconds)), cancellation);
        if (status != NatsStatus.Ok)
        {
            throw Failure(status, "flushing");
        }
    }

    /// <summary>Stops receiving, hands out what has been received, sends what has been published, and closes.</summary>
    /// <param name="timeout">After this it closes whatever is left.</param>
    public async Task DrainAsync(TimeSpan timeout)
    {
        if (Volatile.Read(ref _disposed) == 0 && State != BusState.Closed)
        {
            ChangeState(BusState.Draining);
            if (LibNats.Drain(_native.Pointer, Math.Max(1, (long)timeout.TotalMilliseconds)) == NatsStatus.Ok)
            {
                await WaitClosed(timeout + CloseTimeout);
            }
        }

        await DisposeAsync();
    }

    /// <summary>Closes the connection at once. Requests in flight end with <see cref="ReplyStatus.Closed"/>, subscriptions complete.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        // Closing joins the library's threads, which may be in a callback of ours.
        await Task.Run(() => LibNats.Close(_native.Pointer));
        await WaitClosed(CloseTimeout);
        foreach (var subscription in _subscriptions.Values)
        {
            subscription.Dispose();
        }

        _requests.CompleteAll(ReplyStatus.Closed);
        _requests.Dispose();
        Connections.TryRemove(_id, out _);
        GC.SuppressFinalize(this);
    }

    internal static nint NextId() => (nint)Interlocked.Increment(ref _lastId);

    private static string Redact(string url)
    {
        var at = url.LastIndexOf('@');
        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        return at < 0 ? url : string.Concat(scheme < 0 ? "" : url.AsSpan(0, scheme + 3), url.AsSpan(at + 1));
    }

    private async Task WaitClosed(TimeSpan timeout)
    {
        try
        {
            await _closed.Task.WaitAsync(timeout, Time);
        }
        catch (TimeoutException)
        {
            ReportFault(new BusFault(BusErrorKind.Timeout, "the client library did not confirm that the connection is closed"));
        }
    }
}
