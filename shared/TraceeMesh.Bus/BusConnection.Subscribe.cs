using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TraceeMesh.Bus;

public sealed unsafe partial class BusConnection
{
    // Byte bound of what the library holds for a subscription before the delivery thread takes it.
    private const int NativeBytesLimit = 64 << 20;

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<nint, NativeSubscription> Subscriptions = new();
    private long _dropped;
    private long _droppedNative;
    private long _malformedHeaders;

    /// <summary>Subscribes with a bounded buffer that the caller reads.</summary>
    /// <param name="subject">The subject; <c>*</c> and <c>></c> are wildcards.</param>
    /// <param name="options">Bounds and queue group.</param>
    /// <exception cref="BusException">The connection is closed or the subject is not valid.</exception>
    public BusSubscription Subscribe(string subject, BusSubscriptionOptions? options = null)
    {
        options ??= BusSubscriptionOptions.Default;
        var subscription = new BusSubscription(this, subject, options);
        subscription.Attach(AddSubscription(subject, options.QueueGroup, subscription.Deliver, BusSubscriptionOptions.NativeLimit, subscription.Complete));
        return subscription;
    }

    /// <summary>Subscribes with a callback on the delivery thread.</summary>
    /// <param name="subject">The subject; <c>*</c> and <c>></c> are wildcards.</param>
    /// <param name="handler">Receives each message; what it throws is counted and reported, and the next message comes.</param>
    /// <param name="queueGroup">Members of one queue group share the messages.</param>
    /// <exception cref="BusException">The connection is closed or the subject is not valid.</exception>
    public BusRegistration Subscribe(string subject, BusMessageHandler handler, string? queueGroup = null) =>
        new(AddSubscription(subject, queueGroup, handler, BusSubscriptionOptions.NativeLimit));

    internal void Forget(NativeSubscription subscription)
    {
        Subscriptions.TryRemove(subscription.Id, out _);
        if (_subscriptions.TryRemove(subscription.Id, out _))
        {
            Interlocked.Add(ref _droppedNative, subscription.Dropped);
        }
    }

    internal void CountDropped() => Interlocked.Increment(ref _dropped);

    internal void CountMalformedHeaders() => Interlocked.Increment(ref _malformedHeaders);

    private NativeSubscription AddSubscription(string subject, string? queueGroup, BusMessageHandler handler, int limit, Action? closed = null)
    {
        Span<byte> encoded = stackalloc byte[LibNats.MaxSubjectLength + 1];
        Span<byte> encodedQueue = stackalloc byte[LibNats.MaxSubjectLength + 1];
        if (!LibNats.TryEncodeSubject(subject, encoded) || (queueGroup is not null && !LibNats.TryEncodeSubject(queueGroup, encodedQueue)))
        {
            throw new BusException(BusErrorKind.InvalidArgument, $"'{subject}' with queue group '{queueGroup}' is not a subject to subscribe to: visible ASCII, at most {LibNats.MaxSubjectLength} bytes");
        }

        var subscription = new NativeSubscription(this, NextId(), handler, closed);
        Subscriptions[subscription.Id] = subscription;
        _subscriptions[subscription.Id] = subscription;
        nint native = 0;
        NatsStatus status;
        fixed (byte* subjectPointer = encoded, queuePointer = encodedQueue)
        {
            status = queueGroup is null
                ? LibNats.Subscribe(&native, _native.Pointer, subjectPointer, &OnMessage, subscription.Id)
                : LibNats.QueueSubscribe(&native, _native.Pointer, subjectPointer, queuePointer, &OnMessage, subscription.Id);
        }

        if (status == NatsStatus.Ok)
        {
            subscription.Attach(native);
            status = LibNats.SubscriptionSetLimits(native, limit, NativeBytesLimit);
        }

        if (status != NatsStatus.Ok)
        {
            subscription.Dispose();
            Forget(subscription);
            throw Failure(status, $"subscribing to '{subject}'");
        }

        return subscription;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnMessage(nint native, nint nativeSubscription, nint message, nint id)
    {
        if (message == 0)
        {
            return;
        }

        Subscriptions.TryGetValue(id, out var subscription);
        try
        {
            subscription?.Deliver(message);
        }
        catch (Exception e)
        {
            subscription!.ReportCallbackError(e);
        }
        finally
        {
            LibNats.MessageDestroy(message);
        }
    }
}
