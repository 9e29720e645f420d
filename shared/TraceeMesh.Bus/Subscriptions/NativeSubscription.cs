namespace TraceeMesh.Bus;

/// <summary>The library's subscription and the handler its messages go to.</summary>
internal sealed unsafe class NativeSubscription(BusConnection connection, nint id, BusMessageHandler handler, Action? closed) : IDisposable
{
    private readonly Lock _gate = new();
    private nint _native;
    private long _droppedAtEnd;

    public nint Id => id;

    /// <summary>Messages dropped because the delivery thread could not keep up.</summary>
    public long Dropped
    {
        get
        {
            lock (_gate)
            {
                return _native == 0 ? _droppedAtEnd : ReadDropped_NeedsLock();
            }
        }
    }

    public void Attach(nint native) => _native = native;

    public void Deliver(nint message) => handler(new IncomingMessage(message, connection));

    public void ReportCallbackError(Exception exception) => connection.ReportCallbackError(exception);

    public void NotifyClosed() => closed?.Invoke();

    public void Dispose()
    {
        lock (_gate)
        {
            if (_native == 0)
            {
                return;
            }

            _droppedAtEnd = ReadDropped_NeedsLock();
            LibNats.SubscriptionDestroy(_native); // unsubscribes
            _native = 0;
        }

        connection.Forget(this);
        NotifyClosed();
    }

    private long ReadDropped_NeedsLock()
    {
        long dropped = 0;
        return LibNats.SubscriptionDropped(_native, &dropped) == NatsStatus.Ok ? dropped : _droppedAtEnd;
    }
}
