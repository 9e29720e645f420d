using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TraceeMesh.Bus;

public sealed unsafe partial class BusConnection
{
    private readonly Lock _stateGate = new();
    private volatile BusState _state = BusState.Connected;
    private long _epoch = 1;
    private long _permissionViolations;
    private long _slowConsumers;
    private long _callbackErrors;

    /// <summary>What the connection is doing.</summary>
    public BusState State => _state;

    /// <summary>Number of the present connection: 1 at first, one more after each reconnect.</summary>
    public long Epoch => Interlocked.Read(ref _epoch);

    /// <summary>Raised after <see cref="State"/> changed, on a thread of the client library: be brief.</summary>
    public event Action<BusState>? StateChanged;

    /// <summary>Raised for what no call could return, such as a forbidden subject; on a thread of the client library: be brief.</summary>
    public event Action<BusFault>? FaultReported;

    /// <summary>The last fault there was.</summary>
    public BusFault? LastFault { get; private set; }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnDisconnected(nint native, nint id) => Find(id)?.ChangeState(BusState.Reconnecting);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnReconnected(nint native, nint id)
    {
        if (Find(id) is { } connection)
        {
            Interlocked.Increment(ref connection._epoch);
            connection.ChangeState(BusState.Connected);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnClosed(nint native, nint id)
    {
        if (Find(id) is { } connection)
        {
            if (connection.State != BusState.Draining && Volatile.Read(ref connection._disposed) == 0)
            {
                // The library gives up when a server refuses the credentials twice in a row.
                connection.ReportFault(new BusFault(BusErrorKind.Closed, $"the connection was closed for good: {LastErrorOf(native)}"));
            }

            connection.ChangeState(BusState.Closed);
            connection._closed.TrySetResult();
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnError(nint native, nint subscription, NatsStatus status, nint id)
    {
        if (Find(id) is not { } connection)
        {
            return;
        }

        var detail = $"{LibNats.Describe(status)}: {LastErrorOf(native)}";
        switch (status)
        {
            case NatsStatus.NotPermitted:
                Interlocked.Increment(ref connection._permissionViolations);
                connection.ReportFault(new BusFault(BusErrorKind.NotPermitted, detail));
                break;
            case NatsStatus.SlowConsumer:
                connection.ReportSlowConsumer(detail);
                break;
            case NatsStatus.AuthorizationFailed:
                connection.ReportFault(new BusFault(BusErrorKind.Unauthorized, detail));
                break;
            default:
                connection.ReportFault(new BusFault(BusErrorKind.Other, detail));
                break;
        }
    }

    private static BusConnection? Find(nint id) => Connections.GetValueOrDefault(id);

    internal void ReportSlowConsumer(string detail)
    {
        Interlocked.Increment(ref _slowConsumers);
        ReportFault(new BusFault(BusErrorKind.SlowConsumer, detail));
    }

    /// <summary>Foreign code runs fenced: what it throws is counted, reported, and ends here.</summary>
    internal void ReportCallbackError(Exception exception)
    {
        Interlocked.Increment(ref _callbackErrors);
        ReportFault(new BusFault(BusErrorKind.Callback, exception.ToString()));
    }

    private static string LastErrorOf(nint native)
    {
        byte* text = null;
        LibNats.ConnectionLastError(native, &text);
        return LibNats.Text(text);
    }

    private void ReportFault(BusFault fault)
    {
        LastFault = fault;
        foreach (var handler in Delegate.EnumerateInvocationList(FaultReported))
        {
            try
            {
                handler(fault);
            }
            catch (Exception e)
            {
                // Reporting it would call the same handler again.
                Interlocked.Increment(ref _callbackErrors);
                LastFault = new BusFault(BusErrorKind.Callback, e.ToString());
            }
        }
    }

    private void ChangeState(BusState state)
    {
        lock (_stateGate)
        {
            if (_state == state || _state == BusState.Closed || (_state == BusState.Draining && state != BusState.Closed))
            {
                return;
            }

            _state = state;
        }

        if (state is BusState.Reconnecting or BusState.Closed)
        {
            _requests.CompleteAll(state == BusState.Closed ? ReplyStatus.Closed : ReplyStatus.Disconnected);
        }

        if (state == BusState.Closed)
        {
            foreach (var subscription in _subscriptions.Values)
            {
                subscription.NotifyClosed();
            }
        }

        foreach (var handler in Delegate.EnumerateInvocationList(StateChanged))
        {
            try
            {
                handler(state);
            }
            catch (Exception e)
            {
                ReportCallbackError(e);
            }
        }
    }

    private BusException Failure(NatsStatus status, string doing) => status switch
    {
        NatsStatus.ConnectionClosed or NatsStatus.Draining => new BusException(BusErrorKind.Closed, $"{doing} failed: the connection has been closed"),
        NatsStatus.Disconnected => new BusException(BusErrorKind.Disconnected, $"{doing} failed: the bus is disconnected and being reconnected; try again"),
        NatsStatus.Timeout => new BusException(BusErrorKind.Timeout, $"{doing} failed: {ConnectedUrl} did not answer in time"),
        _ => new BusException(BusErrorKind.Other, $"{doing} failed: {LibNats.Describe(status)} ({LibNats.LastError()})"),
    };
}
