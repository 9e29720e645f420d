using System.Diagnostics.CodeAnalysis;
using TraceeMesh.DataSourceApi.Sources;

namespace TraceeMesh.DataSourceApi.Entries;

/// <summary>
/// The entries of a source. What it holds follows from what was applied to it and from nothing else, so that replicas that applied
/// the same log hold the same: time is that of the log's records, and only writes count for what makes room. Not thread-safe.
/// </summary>
/// <param name="capacity">Entries at most.</param>
/// <param name="eviction">What happens beyond.</param>
/// <param name="timeToLive">How long an entry lives after its last write; zero: for ever.</param>
public sealed class EntryTable(int capacity, Eviction eviction, TimeSpan timeToLive)
{
    private readonly Dictionary<byte[], Entry> _entries = new(new KeyComparer());
    private readonly long _life = timeToLive == TimeSpan.Zero ? long.MaxValue : timeToLive.Ticks * 100;
    private Entry? _oldest;
    private Entry? _newest;

    /// <summary>Entries held, those included whose life is over and that no record has removed yet.</summary>
    public int Count => _entries.Count;

    /// <summary>Bytes of their keys and values.</summary>
    public long Bytes { get; private set; }

    /// <summary>Entries that made room for others, so far.</summary>
    public long Evicted { get; private set; }

    /// <summary>The entry that was not written for the longest time.</summary>
    public Entry? Oldest => _oldest;

    /// <summary>Whether a full source makes room.</summary>
    public bool Evicts => eviction == Eviction.LeastRecentlyUsed;

    /// <summary>Whether there is room for so many further keys, or will be made.</summary>
    public bool HasRoom(int more) => eviction == Eviction.LeastRecentlyUsed || _entries.Count + more <= capacity;

    /// <summary>The entry of a key.</summary>
    /// <param name="key">The key, encoded.</param>
    /// <param name="now">Whose life ended before this time is not there; ns since the epoch.</param>
    /// <param name="entry">The entry.</param>
    public bool TryGet(ReadOnlySpan<byte> key, long now, [NotNullWhen(true)] out Entry? entry) =>
        _entries.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out entry) && Lives(entry, now);

    /// <summary>Whether an entry's life is not over.</summary>
    public bool Lives(Entry entry, long now) => now - entry.Time < _life;

    /// <summary>Removes what lives no longer.</summary>
    /// <param name="now">Time of the record being applied.</param>
    public void Expire(long now)
    {
        // All live equally long, so they end in the order they were written.
        while (_life != long.MaxValue && _oldest is { } entry && !Lives(entry, now))
        {
            Remove(entry);
        }
    }

    /// <summary>Writes a key. The caller has seen that there is room.</summary>
    public Entry Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long revision, long time)
    {
        var entry = Take(key) ?? Add(key.ToArray());

        // The same value again needs no memory of its own, and keeps the old generation small.
        return Write(entry, value.SequenceEqual(entry.Value) ? entry.Value : value.ToArray(), revision, time);
    }

    /// <summary>Writes a key, with the very bytes that another table holds.</summary>
    public void PutShared(byte[] key, byte[] value, long revision, long time) => Write(Take(key) ?? Add(key), value, revision, time);

    /// <summary>Becomes what another table is; the bytes of keys and values are shared.</summary>
    public void CopyFrom(EntryTable other)
    {
        Reset(other.Evicted);
        for (var entry = other.Oldest; entry is not null; entry = entry.Newer)
        {
            PutShared(entry.Key, entry.Value, entry.Revision, entry.Time);
        }
    }

    /// <summary>Removes a key; null where there is none.</summary>
    public Entry? Remove(ReadOnlySpan<byte> key)
    {
        if (!_entries.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out var entry))
        {
            return null;
        }

        Remove(entry);
        return entry;
    }

    /// <summary>Begins anew, with what a snapshot says of the past.</summary>
    public void Reset(long evicted)
    {
        Clear();
        Evicted = evicted;
    }

    /// <summary>Removes everything.</summary>
    public void Clear()
    {
        _entries.Clear();
        (_oldest, _newest) = (null, null);
        Bytes = 0;
    }

    // The entry of a key that is about to be written: out of the order, without its value's bytes.
    private Entry? Take(ReadOnlySpan<byte> key)
    {
        if (!_entries.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out var entry))
        {
            return null;
        }

        Unlink(entry);
        Bytes -= entry.Value.Length;
        return entry;
    }

    private Entry Add(byte[] key)
    {
        if (_entries.Count >= capacity && _oldest is { } oldest)
        {
            Remove(oldest);
            Evicted++;
        }

        var entry = new Entry(key);
        _entries.Add(key, entry);
        Bytes += key.Length;
        return entry;
    }

    private Entry Write(Entry entry, byte[] value, long revision, long time)
    {
        (entry.Value, entry.Revision, entry.Time) = (value, revision, time);
        Bytes += value.Length;
        Append(entry);
        return entry;
    }

    private void Remove(Entry entry)
    {
        _entries.Remove(entry.Key);
        Unlink(entry);
        Bytes -= entry.Key.Length + entry.Value.Length;
    }

    private void Append(Entry entry)
    {
        (entry.Older, entry.Newer) = (_newest, null);
        if (_newest is null)
        {
            _oldest = entry;
        }
        else
        {
            _newest.Newer = entry;
        }

        _newest = entry;
    }

    private void Unlink(Entry entry)
    {
        if (entry.Older is null)
        {
            _oldest = entry.Newer;
        }
        else
        {
            entry.Older.Newer = entry.Newer;
        }

        if (entry.Newer is null)
        {
            _newest = entry.Older;
        }
        else
        {
            entry.Newer.Older = entry.Older;
        }
    }
}
