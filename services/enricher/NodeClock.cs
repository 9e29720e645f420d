namespace TraceeMesh.Enricher;

/// <summary>
/// How the kernel's clock (ns since boot) and the wall clock went together at each position. Events carry wall-clock time as
/// their frame had it; a question about an event's time is led back to the kernel's clock with the same difference, so that a
/// clock that is set never moves an event against the facts around it.
/// </summary>
public sealed class NodeClock
{
    /// <summary>Changes of the difference kept: at one a second more than the events stream's ten minutes.</summary>
    public const int Capacity = 1024;

    private readonly List<Change> _changes = [];

    /// <summary>Says that from a position on times since boot plus <paramref name="bootEpoch"/> are times since the epoch.</summary>
    /// <param name="position">Not before the one said last.</param>
    /// <param name="bootTime">The kernel's time there, ns since boot.</param>
    /// <param name="bootEpoch">The difference, ns.</param>
    public void Set(StorePosition position, long bootTime, long bootEpoch)
    {
        if (_changes.Count > 0 && _changes[^1].BootEpoch == bootEpoch)
        {
            return;
        }

        if (_changes.Count == Capacity)
        {
            _changes.RemoveRange(0, Capacity / 2);
        }

        _changes.Add(new Change(position, bootTime, bootEpoch));
    }

    /// <summary>The difference at a position; of one that is older than what is kept, the oldest.</summary>
    public long EpochAt(StorePosition position)
    {
        var i = _changes.Count - 1;
        while (i > 0 && position < _changes[i].Position)
        {
            i--;
        }

        return i < 0 ? 0 : _changes[i].BootEpoch;
    }

    /// <summary>The difference at a time since the epoch: where the clock was set back, and a time came twice, the later one.</summary>
    public long EpochAt(long time)
    {
        var i = _changes.Count - 1;
        while (i > 0 && time < _changes[i].BootTime + _changes[i].BootEpoch)
        {
            i--;
        }

        return i < 0 ? 0 : _changes[i].BootEpoch;
    }

    private readonly record struct Change(StorePosition Position, long BootTime, long BootEpoch);
}
