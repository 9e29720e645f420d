using TraceeMesh.DataSourceApi.Log;

namespace TraceeMesh.DataSourceApi.Replicas;

/// <summary>
/// The last changes of a source, for those who watch it: a ring that grows as far as one revision needs. One thread adds; changes of a
/// revision are seen by others once all of them are there.
/// </summary>
public sealed class ChangeHistory
{
    /// <summary>Changes kept, those of the last revision apart, which are always all there.</summary>
    public const int Capacity = 1 << 17;

    // Changes added at a time: who watches does not wait for a large revision.
    private const int AddedAtOnce = 1024;

    private readonly Lock _gate = new();
    private AppliedChange[] _ring = new AppliedChange[1024];
    private int _first;
    private int _count;
    private long _completeFrom; // every change behind this revision is here
    private long _shown;

    /// <summary>Adds the changes of a revision.</summary>
    public void Add(ReadOnlySpan<AppliedChange> changes, long revision)
    {
        while (!changes.IsEmpty)
        {
            var some = changes[..Math.Min(changes.Length, AddedAtOnce)];
            lock (_gate)
            {
                foreach (var change in some)
                {
                    Add_NeedsLock(change);
                }
            }

            changes = changes[some.Length..];
        }

        lock (_gate)
        {
            _shown = revision;
        }
    }

    /// <summary>Begins anew.</summary>
    public void Reset(long revision)
    {
        lock (_gate)
        {
            Array.Clear(_ring);
            (_first, _count) = (0, 0);
            (_completeFrom, _shown) = (revision, revision);
        }
    }

    /// <summary>Up to so many changes behind a revision, more where the last revision of them has more; null where they are no longer known.</summary>
    public List<AppliedChange>? After(long revision, int limit)
    {
        lock (_gate)
        {
            return revision < _completeFrom ? null : After_NeedsLock(revision, limit);
        }
    }

    private List<AppliedChange> After_NeedsLock(long revision, int limit)
    {
        var (low, high) = (0, _count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = At(middle).Revision > revision ? (low, middle) : (middle + 1, high);
        }

        var found = new List<AppliedChange>();
        for (var i = low; i < _count && At(i).Revision <= _shown && (found.Count < limit || found[^1].Revision == At(i).Revision); i++)
        {
            found.Add(At(i));
        }

        return found;
    }

    private void Add_NeedsLock(in AppliedChange change)
    {
        while (_count >= Capacity && At(0).Revision < change.Revision)
        {
            _completeFrom = At(0).Revision;
            _ring[_first] = default;
            _first = (_first + 1) & (_ring.Length - 1);
            _count--;
        }

        if (_count == _ring.Length)
        {
            Grow();
        }

        At(_count++) = change;
    }

    private ref AppliedChange At(int index) => ref _ring[(_first + index) & (_ring.Length - 1)];

    private void Grow()
    {
        var larger = new AppliedChange[_ring.Length * 2];
        for (var i = 0; i < _count; i++)
        {
            larger[i] = At(i);
        }

        (_ring, _first) = (larger, 0);
    }
}
