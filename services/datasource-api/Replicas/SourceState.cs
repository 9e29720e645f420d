using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using TraceeMesh.DataSourceApi.Entries;
using TraceeMesh.DataSourceApi.Log;
using TraceeMesh.DataSourceApi.Sources;

namespace TraceeMesh.DataSourceApi.Replicas;

/// <summary>What a source holds in this process. One thread applies the records of its log, any number read.</summary>
/// <remarks>
/// There are two tables with the same entries: a record is applied to the one that nobody reads, then they change places, then the other
/// follows. So a write of any size is visible whole, and no reader waits while it is applied.
/// </remarks>
public sealed class SourceState
{
    // The list of one record's changes keeps its room up to here, so that large writes do not each make a large object.
    private const int KeptChanges = ChangeHistory.Capacity;

    private readonly Lock _gate = new(); // what readers see; held for moments only
    private readonly Lock _applying = new(); // taken before the other one
    private readonly LogApplier _applier;
    private readonly ChangeHistory _history = new();
    private readonly List<(Guid Id, WriteOutcome Outcome)> _decided = [];
    private List<AppliedChange> _changes = [];
    private EntryTable _front;
    private EntryTable _back; // of whoever applies
    private bool _isBehind; // the back table has not followed yet
    private long _applied;
    private long _logBytes;
    private long _malformed;

    /// <summary>A source that holds nothing.</summary>
    public SourceState(SourceDefinition definition)
    {
        _front = new EntryTable(definition.Capacity, definition.Eviction, definition.TimeToLive);
        _back = new EntryTable(definition.Capacity, definition.Eviction, definition.TimeToLive);
        _applier = new LogApplier(_back) { Decided = (id, outcome) => _decided.Add((id, outcome)), Changed = change => _changes.Add(change) };
    }

    /// <summary>Sequence of the last record applied.</summary>
    public long Applied => Interlocked.Read(ref _applied);

    /// <summary>Bytes of the log behind the last snapshot.</summary>
    public long LogBytes => Interlocked.Read(ref _logBytes);

    /// <summary>Records that could not be read.</summary>
    public long Malformed => Interlocked.Read(ref _malformed);

    /// <summary>Entries held.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _front.Count;
            }
        }
    }

    /// <summary>The writes that the last record decided; of the thread that applies.</summary>
    public IReadOnlyList<(Guid Id, WriteOutcome Outcome)> Decided => _decided;

    /// <summary>Finds keys, all as of one revision.</summary>
    /// <param name="now">The time, ns since the epoch.</param>
    /// <param name="read">Is given a view that is valid during the call; others wait meanwhile.</param>
    /// <returns>What it returns.</returns>
    public T Read<T>(long now, Func<EntryView, T> read)
    {
        lock (_gate)
        {
            return read(new EntryView(_front, _applied, now));
        }
    }

    /// <summary>Changes behind a revision, for those who watch; null where they are no longer known.</summary>
    public List<AppliedChange>? ChangesAfter(long revision, int limit) => _history.After(revision, limit);

    /// <summary>Applies the next record; <see cref="Follow"/> is to be called when those who wait for it have been told.</summary>
    /// <param name="record">The record.</param>
    /// <param name="sequence">Its sequence in the log.</param>
    /// <param name="time">When the log stored it, ns since the epoch.</param>
    /// <returns>What it changed; valid until the next one.</returns>
    public IReadOnlyList<AppliedChange> Apply(ReadOnlySpan<byte> record, long sequence, long time)
    {
        Follow();
        lock (_applying)
        {
            _changes = _changes.Capacity > KeptChanges ? [] : _changes;
            _changes.Clear();
            _decided.Clear();
            _applier.Apply(record, sequence, time);
            Interlocked.Exchange(ref _logBytes, _applier.BytesSinceSnapshot);
            Interlocked.Exchange(ref _malformed, _applier.Malformed);
            Swap(sequence);
            _isBehind = true;
            return _changes;
        }
    }

    /// <summary>The table that was read before the last record does what the other one did, and those who watch see the changes.</summary>
    public void Follow()
    {
        lock (_applying)
        {
            if (_isBehind)
            {
                _isBehind = false;
                Follow_NeedsLock();
                _history.Add(CollectionsMarshal.AsSpan(_changes), _applied);
            }
        }
    }

    /// <summary>Takes note of a record that a snapshot holds already.</summary>
    public void Skip(ReadOnlySpan<byte> record, long sequence, long time)
    {
        lock (_applying)
        {
            _applier.Skip(record, sequence, time);
        }
    }

    /// <summary>Begins anew with the entries of a snapshot.</summary>
    /// <param name="asOf">The last record that is in it.</param>
    public void Begin(long asOf)
    {
        lock (_applying)
        {
            Interlocked.Exchange(ref _logBytes, 0);
            Swap(asOf);
            _isBehind = false;
            _back.CopyFrom(_front);
            _applier.Entries = _back;
            _applier.Reset(asOf);
            _history.Reset(asOf);
        }
    }

    /// <summary>The table to fill from a snapshot before <see cref="Begin"/>; nobody reads it.</summary>
    public EntryTable Unread => _back;

    /// <summary>What a snapshot needs, if it is time for one. Only the thread that applies calls it.</summary>
    public bool TryCopyForSnapshot([NotNullWhen(true)] out SnapshotCopy? copy)
    {
        copy = null;
        if (_applier.PairsSinceSnapshot < Math.Max(LogFollower.SnapshotPairs, _back.Count) && _applier.BytesSinceSnapshot < Math.Max(LogFollower.SnapshotBytes, _back.Bytes))
        {
            return false;
        }

        Follow();
        var entries = new List<SnapshotEntry>(_back.Count);
        for (var entry = _back.Oldest; entry is not null; entry = entry.Newer)
        {
            entries.Add(new SnapshotEntry(entry.Key, entry.Value, entry.Revision, entry.Time));
        }

        copy = new SnapshotCopy(entries, _applier.Applied, _applier.ReplayFrom, _back.Evicted);
        _applier.PairsSinceSnapshot = 0;
        _applier.BytesSinceSnapshot = 0;
        Interlocked.Exchange(ref _logBytes, 0);
        return true;
    }

    /// <summary>Writes that have been open since before a time.</summary>
    public IReadOnlyList<Guid> OpenSince(long time)
    {
        lock (_applying)
        {
            return _applier.OpenSince(time);
        }
    }

    private void Swap(long applied)
    {
        lock (_gate)
        {
            (_front, _back) = (_back, _front);
            Interlocked.Exchange(ref _applied, applied);
        }
    }

    // What makes room and what expires follows from the changes and the time.
    private void Follow_NeedsLock()
    {
        _back.Expire(_applier.Time);
        foreach (var change in _changes)
        {
            switch (change.Operation)
            {
                case WriteOperation.Put:
                    _back.PutShared(change.Key, change.Value, change.Revision, _applier.Time);
                    break;
                case WriteOperation.Delete:
                    _ = _back.Remove(change.Key);
                    break;
                default:
                    _back.Clear();
                    break;
            }
        }

        _applier.Entries = _back;
    }
}
