using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Signatures.Testing;

/// <summary>A signature's state in memory, in the time of events, without bounds.</summary>
public sealed class KeptState : ISignatureState
{
    private readonly Dictionary<string, (DataValue Value, long Expires)> _entries = [];

    /// <inheritdoc/>
    public DataValue Get(Event e, string key) => _entries.TryGetValue(key, out var entry) && entry.Expires > e.Context.Timestamp ? entry.Value : DataValue.Nil;

    /// <inheritdoc/>
    public void Set(Event e, string key, DataValue value, TimeSpan timeToLive) => _entries[key] = (value, e.Context.Timestamp + (timeToLive.Ticks * TimeSpan.NanosecondsPerTick));

    /// <inheritdoc/>
    public long Increment(Event e, string key, TimeSpan timeToLive)
    {
        var number = Get(e, key).Integer + 1;
        Set(e, key, number, timeToLive);
        return number;
    }

    /// <inheritdoc/>
    public void Remove(Event e, string key) => _entries.Remove(key);
}
