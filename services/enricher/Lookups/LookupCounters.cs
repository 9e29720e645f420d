using TraceeMesh.ServiceDefaults;

namespace TraceeMesh.Enricher.Lookups;

/// <summary>What is counted of lookups on the data sources of the node, all together.</summary>
public sealed class LookupCounters
{
    private int _waiting;

    /// <summary>Registers them.</summary>
    public LookupCounters(ServiceCounters counters)
    {
        Answered = counters.Counter("lookups_answered", "Lookups answered");
        NotWaited = counters.Counter("lookups_not_waited", "Lookups answered without waiting for their position, because too many waited");
        Malformed = counters.Counter("lookups_malformed", "Lookup requests that could not be read");
        Failed = counters.Counter("lookups_failed", "Lookups that ended with an error of this service");
        TooLarge = counters.Counter("lookups_too_large", "Lookups whose answer would not fit a message");
        Listed = counters.Counter("lists_answered", "Pages of data sources told");
        counters.Gauge("lookups_waiting", "Lookups that wait for their position", () => Volatile.Read(ref _waiting));
    }

    /// <summary>Lookups answered.</summary>
    public ServiceCounter Answered { get; }

    /// <summary>Lookups answered at once because too many waited.</summary>
    public ServiceCounter NotWaited { get; }

    /// <summary>Requests that could not be read.</summary>
    public ServiceCounter Malformed { get; }

    /// <summary>Requests that ended with an error of this service.</summary>
    public ServiceCounter Failed { get; }

    /// <summary>Answers that would not fit a message.</summary>
    public ServiceCounter TooLarge { get; }

    /// <summary>Pages told.</summary>
    public ServiceCounter Listed { get; }

    /// <summary>Takes a place among those that wait, if there is one; give it back with <see cref="WaitOver"/>.</summary>
    public bool TryWait(int limit)
    {
        if (Interlocked.Increment(ref _waiting) <= limit)
        {
            return true;
        }

        WaitOver();
        NotWaited.Add();
        return false;
    }

    /// <summary>Gives a place back.</summary>
    public void WaitOver() => Interlocked.Decrement(ref _waiting);
}
