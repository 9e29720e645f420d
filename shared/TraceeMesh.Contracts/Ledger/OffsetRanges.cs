namespace TraceeMesh.Contracts.Ledger;

/// <summary>
/// A union of offset ranges, kept sorted and merged. What has been judged is such a union, never a counter: a frame that
/// comes twice adds nothing, and one that never came leaves a gap that can be named.
/// </summary>
public sealed class OffsetRanges
{
    private readonly List<(long From, long To)> _ranges = [];

    /// <summary>The ranges, ascending, disjoint, not touching.</summary>
    public IReadOnlyList<(long From, long To)> Ranges => _ranges;

    /// <summary>How many offsets are in the union.</summary>
    public long Count => CountBelow(long.MaxValue);

    /// <summary>Offset behind the highest range; 0 when empty.</summary>
    public long End => _ranges.Count == 0 ? 0 : _ranges[^1].To;

    /// <summary>The lowest offset from 0 up that is not in the union.</summary>
    public long Contiguous => _ranges.Count > 0 && _ranges[0].From == 0 ? _ranges[0].To : 0;

    /// <summary>Adds the offsets from <paramref name="from"/> up to, not including, <paramref name="to"/>.</summary>
    /// <returns>How many of them were new.</returns>
    public long Add(long from, long to)
    {
        if (to <= from)
        {
            return 0;
        }

        // The common case: the next frame continues the last range.
        if (_ranges.Count > 0 && _ranges[^1].To == from)
        {
            _ranges[^1] = (_ranges[^1].From, to);
            return to - from;
        }

        var first = 0;
        while (first < _ranges.Count && _ranges[first].To < from)
        {
            first++;
        }

        long known = 0;
        var last = first;
        var (low, high) = (from, to);
        while (last < _ranges.Count && _ranges[last].From <= to)
        {
            known += Math.Max(0, Math.Min(_ranges[last].To, to) - Math.Max(_ranges[last].From, from));
            low = Math.Min(low, _ranges[last].From);
            high = Math.Max(high, _ranges[last].To);
            last++;
        }

        _ranges.RemoveRange(first, last - first);
        _ranges.Insert(first, (low, high));
        return to - from - known;
    }

    /// <summary>Whether all of the range is in the union.</summary>
    public bool Contains(long from, long to)
    {
        foreach (var range in _ranges)
        {
            if (range.From <= from && to <= range.To)
            {
                return true;
            }
        }

        return to <= from;
    }

    /// <summary>How many offsets below <paramref name="limit"/> are in the union.</summary>
    public long CountBelow(long limit)
    {
        long count = 0;
        foreach (var (from, to) in _ranges)
        {
            count += Math.Max(0, Math.Min(to, limit) - from);
        }

        return count;
    }

    /// <summary>The offsets below <paramref name="limit"/> that are not in the union.</summary>
    public IEnumerable<(long From, long To)> GapsBelow(long limit)
    {
        long at = 0;
        foreach (var (from, to) in _ranges)
        {
            if (from >= limit)
            {
                break;
            }

            if (from > at)
            {
                yield return (at, from);
            }

            at = to;
        }

        if (at < limit)
        {
            yield return (at, limit);
        }
    }
}
