namespace TraceeMesh.Enricher.Dns;

/// <summary>A link that a record made: an answer, from its question or alias to what it says.</summary>
/// <param name="parent">What was asked.</param>
/// <param name="child">The answer.</param>
internal sealed class DnsEdge(DnsNode parent, DnsNode child)
{
    private DnsSpan[] _past = [];
    private DnsSpan _last;

    public DnsNode Parent => parent;

    public DnsNode Child => child;

    /// <summary>Until when it holds, ns since boot.</summary>
    public long Until => _last.Until;

    /// <summary>Position of the record that made it hold last.</summary>
    public StorePosition Position => _last.Position;

    /// <summary>Notes a record that says it.</summary>
    /// <returns>Until when a time held that had to make room; 0 when none had.</returns>
    /// <remarks>Records that follow each other before the link runs out are one time: the longest promise counts.</remarks>
    public long Say(StorePosition position, long time, long until)
    {
        if (_last.Until != 0 && time <= _last.Until)
        {
            _last = _last with { Until = Math.Max(_last.Until, until) };
            return 0;
        }

        var forgotten = 0L;
        if (_last.Until != 0)
        {
            forgotten = _past.Length == DnsLimits.EdgeSpans - 1 ? _past[0].Until : 0;
            _past = forgotten != 0 ? [.. _past.AsSpan(1), _last] : [.. _past, _last];
        }

        _last = new DnsSpan(position, time, until);
        return forgotten;
    }

    /// <summary>Whether it holds as of then.</summary>
    /// <param name="position">Records behind it are not seen.</param>
    /// <param name="time">When, ns since boot; records that came later are not seen.</param>
    /// <param name="from">Position from which on it held.</param>
    /// <param name="ended">Set where a time at which it held is over by then.</param>
    public bool Holds(StorePosition position, long time, out StorePosition from, ref bool ended)
    {
        for (var i = _past.Length; i >= 0; i--)
        {
            ref readonly var span = ref i == _past.Length ? ref _last : ref _past[i];
            if (span.Position > position || span.Time > time)
            {
                continue;
            }

            from = span.Position;
            ended |= i > 0 || time >= span.Until;
            return time < span.Until;
        }

        from = default;
        return false;
    }
}

/// <summary>A time at which a link holds.</summary>
/// <param name="Position">Of the record that made it.</param>
/// <param name="Time">Of that record, ns since boot.</param>
/// <param name="Until">When it runs out, ns since boot; 0 of none.</param>
internal readonly record struct DnsSpan(StorePosition Position, long Time, long Until);
