using System.Diagnostics.CodeAnalysis;

namespace TraceeMesh.Detector.State;

/// <summary>
/// What one signature keeps in one partition: the entries as they are, and of those that the frame in hand has changed what they
/// were before it. Which entry makes room for another follows from the writes alone, so the same events give the same entries.
/// </summary>
internal sealed class SignatureEntries
{
    private readonly Dictionary<string, StateEntry> _entries = [];

    // Null where there was none.
    private readonly Dictionary<string, StateEntry?> _before = [];

    // In the order of writing; an entry written again, or gone, leaves its old place behind.
    private readonly Queue<(string Key, long Written)> _order = new();
    private long _writes;
    private long _writesBefore;

    /// <summary>How many there are.</summary>
    public int Count => _entries.Count;

    /// <summary>What they count together.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether the frame in hand has changed any.</summary>
    public bool Changed => _before.Count > 0;

    public bool TryGet(string key, [NotNullWhen(true)] out StateEntry? entry) => _entries.TryGetValue(key, out entry);

    public void Set(string key, Contracts.DataValue value, long expires, int bytes)
    {
        var entry = new StateEntry(value, expires, _writes++, bytes);
        Remember(key);
        Put(key, entry);
        _order.Enqueue((key, entry.Written));
        if (_order.Count > 2 * Signatures.StateLimits.Entries)
        {
            Reorder();
        }
    }

    public void Remove(string key)
    {
        if (_entries.ContainsKey(key))
        {
            Remember(key);
            Drop(key);
        }
    }

    /// <summary>Removes what has expired.</summary>
    public void RemoveExpired(long now)
    {
        foreach (var key in _entries.Where(e => e.Value.Expires <= now).Select(e => e.Key).ToList())
        {
            Remove(key);
        }
    }

    /// <summary>Removes the entry written longest ago. Returns whether there was one.</summary>
    public bool RemoveOldest()
    {
        while (_order.TryDequeue(out var oldest))
        {
            if (_entries.TryGetValue(oldest.Key, out var entry) && entry.Written == oldest.Written)
            {
                Remove(oldest.Key);
                return true;
            }
        }

        return false;
    }

    /// <summary>The frame in hand is done: what it changed stays.</summary>
    public void Commit()
    {
        _before.Clear();
        _writesBefore = _writes;
    }

    /// <summary>The frame in hand is given up: what it changed is as before.</summary>
    public void Rollback()
    {
        foreach (var (key, before) in _before)
        {
            Drop(key);
            if (before is not null)
            {
                Put(key, before);
            }
        }

        _before.Clear();
        _writes = _writesBefore;
        Reorder();
    }

    /// <summary>The entries as they were before the frame in hand, in the order of their writing.</summary>
    public IReadOnlyList<KeyValuePair<string, StateEntry>> Committed() =>
        [
            .. _entries.Where(e => !_before.ContainsKey(e.Key))
                .Concat(_before.Where(b => b.Value is not null).Select(b => new KeyValuePair<string, StateEntry>(b.Key, b.Value!)))
                .OrderBy(e => e.Value.Written),
        ];

    private void Remember(string key) => _before.TryAdd(key, _entries.GetValueOrDefault(key));

    private void Put(string key, StateEntry entry)
    {
        Drop(key);
        _entries[key] = entry;
        Bytes += entry.Bytes;
    }

    private void Drop(string key)
    {
        if (_entries.Remove(key, out var gone))
        {
            Bytes -= gone.Bytes;
        }
    }

    private void Reorder()
    {
        _order.Clear();
        foreach (var (key, entry) in _entries.OrderBy(e => e.Value.Written))
        {
            _order.Enqueue((key, entry.Written));
        }
    }
}
