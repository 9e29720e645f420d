using System.Diagnostics.CodeAnalysis;
using TraceeMesh.DataSourceApi.Entries;

namespace TraceeMesh.DataSourceApi.Replicas;

/// <summary>The entries of a source as of one revision; valid during the call it is given to.</summary>
/// <param name="entries">The entries.</param>
/// <param name="revision">The revision.</param>
/// <param name="now">The time, ns since the epoch.</param>
public readonly ref struct EntryView(EntryTable entries, long revision, long now)
{
    /// <summary>The revision.</summary>
    public long Revision => revision;

    /// <summary>Entries that made room for others.</summary>
    public long Evicted => entries.Evicted;

    /// <summary>Finds a key.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, [NotNullWhen(true)] out Entry? entry) => entries.TryGet(key, now, out entry);

    /// <summary>The entries behind one, those written longest ago first. What is written while pages are read comes again, behind; nothing is left out.</summary>
    /// <param name="after">The last entry of the page before; null: from the beginning.</param>
    /// <param name="scan">Entries to look at, at most.</param>
    public List<Entry> After(PageEnd? after, int scan)
    {
        var found = new List<Entry>();
        var entry = entries.Oldest;
        if (after is { } end)
        {
            if (end.Key is { } key && entries.TryGet(key, now, out var last) && last.Revision == end.Revision)
            {
                entry = last.Newer;
            }
            else
            {
                entry = Behind(end);
            }
        }

        for (; entry is not null && found.Count < scan; entry = entry.Newer)
        {
            if (entries.Lives(entry, now))
            {
                found.Add(entry);
            }
        }

        return found;
    }

    // The entry is gone, or was written again and is at the end: go on with the first of its revision, or what is behind it.
    private Entry? Behind(PageEnd end)
    {
        var entry = entries.Oldest;
        while (entry is not null && entry.Revision < end.Revision)
        {
            entry = entry.Newer;
        }

        for (var same = entry; same is not null && same.Revision == end.Revision; same = same.Newer)
        {
            if (PageEnd.HashOf(same.Key) == end.Hash)
            {
                return same.Newer;
            }
        }

        return entry;
    }
}
