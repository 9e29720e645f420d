namespace TraceeMesh.Bus;

public sealed unsafe partial class BusConnection
{
    /// <summary>The counters, read now.</summary>
    public BusStatistics Statistics
    {
        get
        {
            var (messagesIn, bytesIn, messagesOut, bytesOut, reconnects) = ReadNativeCounts();
            var dropped = Interlocked.Read(ref _dropped) + Interlocked.Read(ref _droppedNative);
            foreach (var subscription in _subscriptions.Values)
            {
                dropped += subscription.Dropped;
            }

            return new BusStatistics(
                messagesIn,
                bytesIn,
                messagesOut,
                bytesOut,
                reconnects,
                dropped,
                Interlocked.Read(ref _slowConsumers),
                Interlocked.Read(ref _publishErrors),
                Interlocked.Read(ref _permissionViolations),
                _requests.InFlight,
                _requests.Timeouts,
                Interlocked.Read(ref _lateReplies),
                Interlocked.Read(ref _malformedHeaders),
                Interlocked.Read(ref _callbackErrors));
        }
    }
    /// <summary>
    /// How often the library has connected anew: counted before anything can be sent over the new connection, while
    /// <see cref="Epoch"/> and <see cref="State"/> follow when their callback runs.
    /// </summary>
    internal long Reconnects => ReadNativeCounts().Reconnects;

    private (long MessagesIn, long BytesIn, long MessagesOut, long BytesOut, long Reconnects) ReadNativeCounts()
    {
        ulong messagesIn = 0, bytesIn = 0, messagesOut = 0, bytesOut = 0, reconnects = 0;
        nint statistics = 0;
        if (LibNats.StatisticsCreate(&statistics) == NatsStatus.Ok)
        {
            if (LibNats.GetStatistics(_native.Pointer, statistics) == NatsStatus.Ok)
            {
                LibNats.StatisticsCounts(statistics, &messagesIn, &bytesIn, &messagesOut, &bytesOut, &reconnects);
            }

            LibNats.StatisticsDestroy(statistics);
        }

        return ((long)messagesIn, (long)bytesIn, (long)messagesOut, (long)bytesOut, (long)reconnects);
    }
}
