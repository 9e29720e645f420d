namespace TraceeMesh.Bus;

public sealed unsafe partial class BusConnection
{
    /// <summary>The counters, read now.</summary>
    public BusStatistics Statistics
    {
        get
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

            var dropped = Interlocked.Read(ref _dropped) + Interlocked.Read(ref _droppedNative);
            foreach (var subscription in _subscriptions.Values)
            {
                dropped += subscription.Dropped;
            }

            return new BusStatistics(
                (long)messagesIn,
                (long)bytesIn,
                (long)messagesOut,
                (long)bytesOut,
                (long)reconnects,
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
}
