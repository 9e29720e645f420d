using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Signatures;

/// <summary>
/// What a signature keeps of the past, in one partition. It moves with the partition when another detector takes it over, and it
/// is exact: whatever dies in between, it holds what each event wrote once. Time is that of the events, never a clock's, so the
/// same events always give the same state. Events of one container, or of one session on the host, share a partition.
/// </summary>
/// <remarks>
/// Bounds (<see cref="StateLimits"/>): beyond them the entry written longest ago makes room, which is counted. Only the signature
/// whose event is being judged may read or write.
/// </remarks>
/// <example>
/// <code>
/// public override ValueTask OnEvent(Event e, CancellationToken cancellation)
/// {
///     if (_state.Increment(e, e.Container.Id.ToString(), TimeSpan.FromMinutes(10)) == 100) Report(e);
///     return default;
/// }
/// </code>
/// </example>
public interface ISignatureState
{
    /// <summary>What is kept under a key; <see cref="DataValue.Nil"/> where nothing is, or it has expired.</summary>
    /// <param name="e">The event being judged.</param>
    /// <param name="key">At most <see cref="StateLimits.KeyBytes"/> bytes.</param>
    /// <example><code>var seen = _state.Get(e, "first").Text;</code></example>
    public DataValue Get(Event e, string key);

    /// <summary>Keeps a value under a key in place of what was there.</summary>
    /// <param name="e">The event being judged.</param>
    /// <param name="key">At most <see cref="StateLimits.KeyBytes"/> bytes.</param>
    /// <param name="value">At most <see cref="StateLimits.ValueBytes"/> bytes.</param>
    /// <param name="timeToLive">For how long after the event; <see cref="StateLimits.TimeToLive"/> at most.</param>
    /// <exception cref="ArgumentException">Key or value is too large, or the time out of range.</exception>
    /// <example><code>_state.Set(e, "first", e.Context.ProcessName, TimeSpan.FromHours(1));</code></example>
    public void Set(Event e, string key, DataValue value, TimeSpan timeToLive);

    /// <summary>Adds one to the integer under a key, 0 where there is none, and keeps it that much longer.</summary>
    /// <param name="e">The event being judged.</param>
    /// <param name="key">At most <see cref="StateLimits.KeyBytes"/> bytes.</param>
    /// <param name="timeToLive">For how long after the event; <see cref="StateLimits.TimeToLive"/> at most.</param>
    /// <returns>The new number.</returns>
    /// <exception cref="ArgumentException">The key is too large, or the time out of range.</exception>
    /// <example><code>if (_state.Increment(e, key, TimeSpan.FromMinutes(1)) == 3) Report(e);</code></example>
    public long Increment(Event e, string key, TimeSpan timeToLive);

    /// <summary>Forgets a key.</summary>
    /// <param name="e">The event being judged.</param>
    /// <param name="key">The key.</param>
    /// <example><code>_state.Remove(e, "first");</code></example>
    public void Remove(Event e, string key);
}
