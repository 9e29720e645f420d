namespace TraceeMesh.Contracts.Lookups;

/// <summary>Asks a data source for what it holds, a page at a time (mesh.md section 4, <c>list</c>).</summary>
public sealed record ListRequest
{
    /// <summary>Entries of one page unless said otherwise.</summary>
    public const int DefaultLimit = 100;

    /// <summary>Entries of one page at most; one more is a further page.</summary>
    public const int MaxLimit = 1000;

    /// <summary>Only entries whose key or one of whose texts contains this, upper and lower case alike; empty for all.</summary>
    public string Filter { get; init; } = "";

    /// <summary>As of this time, ns since the epoch; 0 is now.</summary>
    public long Time { get; init; }

    /// <summary>Where the page before ended, <see cref="ListReply.Next"/> of it; empty for the first page.</summary>
    public string After { get; init; } = "";

    /// <summary>Entries wanted at most.</summary>
    public int Limit { get; init; } = DefaultLimit;
}

/// <summary>One entry of a data source.</summary>
/// <param name="Key">The key by which a lookup finds it.</param>
/// <param name="Values">What a lookup answers.</param>
public sealed record SourceEntry(DataValue Key, DataValue Values)
{
    /// <summary>Whether the key or a text anywhere in the values contains <paramref name="filter"/>.</summary>
    public bool Matches(string filter) => filter.Length == 0 || Contains(Key, filter) || Contains(Values, filter);

    private static bool Contains(DataValue value, string filter)
    {
        switch (value.Kind)
        {
            case DataKind.Text:
                return value.Text.Contains(filter, StringComparison.OrdinalIgnoreCase);
            case DataKind.List:
                foreach (var item in value.List)
                {
                    if (Contains(item, filter))
                    {
                        return true;
                    }
                }

                return false;
            case DataKind.Map:
                foreach (var (_, item) in value.Map)
                {
                    if (Contains(item, filter))
                    {
                        return true;
                    }
                }

                return false;
            default:
                return false;
        }
    }
}

/// <summary>A page of entries.</summary>
/// <param name="Entries">The entries; fewer than wanted also where much was looked through.</param>
/// <param name="Next">Where the next page begins; empty at the end.</param>
/// <param name="Evicted">Entries that are not here because the source had no room for them, since its start.</param>
public sealed record ListReply(IReadOnlyList<SourceEntry> Entries, string Next, long Evicted);
