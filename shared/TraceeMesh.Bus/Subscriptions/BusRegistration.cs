namespace TraceeMesh.Bus;

/// <summary>A subscription whose messages go to a callback. Dispose it to unsubscribe.</summary>
public sealed class BusRegistration : IDisposable
{
    private readonly NativeSubscription _native;

    internal BusRegistration(NativeSubscription native) => _native = native;

    /// <summary>Messages dropped because the delivery thread could not keep up.</summary>
    public long Dropped => _native.Dropped;

    /// <summary>Unsubscribes; a callback that is running finishes.</summary>
    public void Dispose() => _native.Dispose();
}
