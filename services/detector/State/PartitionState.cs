using System.Text;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.State;

/// <summary>
/// What the signatures keep in one partition. Frames change it as a whole: what a frame wrote stays when all of it is judged and
/// its findings are stored, and goes when it is given up. Judging and storing use it from two threads, under one lock.
/// </summary>
public sealed class PartitionState
{
    /// <summary>Bytes of all signatures of the partition; beyond it a signature that writes gives up entries of its own.</summary>
    public const long MaxBytes = 640 * 1024;

    private readonly Lock _gate = new();
    private readonly DetectorCounters _counters;
    private readonly Dictionary<string, SignatureEntries> _signatures = [];
    private long _coldUntil;
    private long _changes;
    private string _streamCreated;
    private long _sequence;
    private int _attempt;

    /// <summary>The state that a record tells.</summary>
    /// <param name="record">The record; null where there is none.</param>
    /// <param name="lost">Whether there should be one: the partition has been judged before.</param>
    /// <param name="counters">What is counted.</param>
    public PartitionState(StateRecord? record, bool lost, DetectorCounters counters)
    {
        _counters = counters;
        _coldUntil = record?.ColdUntil ?? (lost ? StateRecord.ColdFromNow : 0);
        _streamCreated = record?.StreamCreated ?? "";
        _sequence = record?.Sequence ?? 0;
        foreach (var (signature, entries) in record?.Signatures ?? [])
        {
            var restored = _signatures[signature] = new SignatureEntries();
            foreach (var (key, value, expires) in entries)
            {
                restored.Set(key, value, expires, StateSize.Of(key, value));
            }

            restored.Commit();
        }

        // An absent record means a lost one from now on.
        _changes = record is null ? 1 : 0;
    }

    /// <summary>Grows with each frame that changed something.</summary>
    public long Changes
    {
        get
        {
            lock (_gate)
            {
                return _changes;
            }
        }
    }

    /// <summary>Grows with each frame left behind; who wrote for an earlier one may write no more.</summary>
    public int Attempt => Volatile.Read(ref _attempt);

    /// <summary>Whether the state has what a frame wrote already, whose findings then are all stored.</summary>
    /// <param name="streamCreated">When the events stream was created.</param>
    /// <param name="sequence">Sequence of the frame.</param>
    public bool Includes(string streamCreated, long sequence)
    {
        lock (_gate)
        {
            return _streamCreated == streamCreated && sequence <= _sequence;
        }
    }

    /// <summary>Whether what signatures kept was lost so lately that it may be missed.</summary>
    /// <param name="timestamp">Time of the event that is judged.</param>
    public bool IsCold(long timestamp)
    {
        lock (_gate)
        {
            // From the first event judged on, for as long as anything could have been kept.
            if (_coldUntil == StateRecord.ColdFromNow)
            {
                _coldUntil = timestamp + (StateLimits.TimeToLive.Ticks * TimeSpan.NanosecondsPerTick);
            }

            return timestamp < _coldUntil;
        }
    }

    /// <summary>A frame is judged, and its findings are stored: what it wrote stays.</summary>
    /// <param name="streamCreated">When the events stream was created.</param>
    /// <param name="sequence">Sequence of the frame.</param>
    public void Commit(string streamCreated, long sequence)
    {
        lock (_gate)
        {
            var changed = _changes;
            foreach (var entries in _signatures.Values)
            {
                if (entries.Changed)
                {
                    entries.Commit();
                    _changes = changed + 1;
                }
            }

            (_streamCreated, _sequence) = (streamCreated, sequence);
        }
    }

    /// <summary>The frame in hand is left behind in a signature: what it wrote goes, and nobody writes for it any more.</summary>
    public void Revoke()
    {
        lock (_gate)
        {
            Volatile.Write(ref _attempt, _attempt + 1);
            Rollback();
        }
    }

    /// <summary>The frame in hand is given up: what it wrote goes.</summary>
    public void Rollback()
    {
        lock (_gate)
        {
            foreach (var entries in _signatures.Values)
            {
                if (entries.Changed)
                {
                    entries.Rollback();
                }
            }
        }
    }

    /// <summary>The state as of the last whole frame.</summary>
    /// <param name="fence">The fence of the owner's lease.</param>
    /// <param name="changes"><see cref="Changes"/> at that moment.</param>
    public StateRecord ToRecord(long fence, out long changes)
    {
        lock (_gate)
        {
            changes = _changes;
            return new StateRecord
            {
                Fence = fence,
                StreamCreated = _streamCreated,
                Sequence = _sequence,
                ColdUntil = _coldUntil,
                Signatures = [.. _signatures.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => KeyValuePair.Create(
                    s.Key,
                    (IReadOnlyList<(string, DataValue, long)>)[.. s.Value.Committed().Select(e => (e.Key, e.Value.Value, e.Value.Expires))]))],
            };
        }
    }

    /// <summary>Reads for a signature; <see cref="DataValue.Nil"/> for one whose frame was left behind.</summary>
    public DataValue Get(string signature, int attempt, Event e, string key)
    {
        lock (_gate)
        {
            return attempt == _attempt && _signatures.TryGetValue(signature, out var entries) && entries.TryGet(key, out var entry) && entry.Expires > e.Context.Timestamp
                ? entry.Value
                : DataValue.Nil;
        }
    }

    /// <summary>Writes for a signature; <see cref="DataValue.Nil"/> forgets the key. Nothing comes of it for one whose frame was left behind.</summary>
    /// <exception cref="ArgumentException">Key or value is too large, or the time out of range.</exception>
    public void Set(string signature, int attempt, Event e, string key, DataValue value, TimeSpan timeToLive)
    {
        Check(key, value, timeToLive);
        lock (_gate)
        {
            if (attempt == _attempt)
            {
                Write(Entries(signature), e.Context.Timestamp, key, value, timeToLive);
            }
        }
    }

    /// <summary>Adds one for a signature.</summary>
    /// <returns>The new number; 0 for one whose frame was left behind.</returns>
    /// <exception cref="ArgumentException">The key is too large, or the time out of range.</exception>
    public long Increment(string signature, int attempt, Event e, string key, TimeSpan timeToLive)
    {
        Check(key, DataValue.Nil, timeToLive);
        lock (_gate)
        {
            if (attempt != _attempt)
            {
                return 0;
            }

            var entries = Entries(signature);
            var number = entries.TryGet(key, out var entry) && entry.Expires > e.Context.Timestamp ? entry.Value.Integer + 1 : 1;
            Write(entries, e.Context.Timestamp, key, number, timeToLive);
            return number;
        }
    }

    /// <summary>Counts a use of the state for an event that is not being judged, which has no effect.</summary>
    public void Refuse() => _counters.StateRefused.Add();

    private static void Check(string key, DataValue value, TimeSpan timeToLive)
    {
        if (Encoding.UTF8.GetByteCount(key) > StateLimits.KeyBytes)
        {
            throw new ArgumentException($"the key has more than {StateLimits.KeyBytes} bytes: shorten or hash it", nameof(key));
        }

        if (StateSize.Of(value) > StateLimits.ValueBytes)
        {
            throw new ArgumentException($"the value under {key} has more than {StateLimits.ValueBytes} bytes: keep less, or under several keys", nameof(value));
        }

        if (timeToLive <= TimeSpan.Zero || timeToLive > StateLimits.TimeToLive)
        {
            throw new ArgumentException($"{timeToLive} is no time to keep {key}: more than nothing, {StateLimits.TimeToLive} at most", nameof(timeToLive));
        }
    }

    private SignatureEntries Entries(string signature)
    {
        if (!_signatures.TryGetValue(signature, out var entries))
        {
            _signatures[signature] = entries = new SignatureEntries();
        }

        return entries;
    }

    private void Write(SignatureEntries entries, long now, string key, DataValue value, TimeSpan timeToLive)
    {
        entries.Remove(key);
        if (value.Kind == DataKind.Nil)
        {
            return;
        }

        var bytes = StateSize.Of(key, value);
        if (!HasRoom(entries, bytes))
        {
            // Of all signatures: one that is no longer loaded makes no room by itself.
            foreach (var other in _signatures.Values)
            {
                other.RemoveExpired(now);
            }
        }

        while (!HasRoom(entries, bytes))
        {
            _counters.StateEvicted.Add();
            if (!entries.RemoveOldest())
            {
                return; // The others have the room: this entry is the one evicted.
            }
        }

        entries.Set(key, value, now + (timeToLive.Ticks * TimeSpan.NanosecondsPerTick), bytes);
    }

    private bool HasRoom(SignatureEntries entries, int bytes)
    {
        long all = bytes;
        foreach (var other in _signatures.Values)
        {
            all += other.Bytes;
        }

        return entries.Count < StateLimits.Entries && entries.Bytes + bytes <= StateLimits.SignatureBytes && all <= MaxBytes;
    }
}
