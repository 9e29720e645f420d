using TraceeMesh.DataSourceApi.Log;

namespace TraceeMesh.DataSourceApi.Replicas;

/// <summary>The last changes of a source, for those who watch it: a ring that grows as far as one revision needs. Not thread-safe.</summary>
public sealed class ChangeHistory
{
    /// <summary>Changes kept, those of the last revision apart, which are always all there.</summary>
    public const int Capacity = 1 << 17;

    private AppliedChange[] _ring = new AppliedChange[1024];
    private int _first;
    private int _count;

    /// <summary>Every change behind this revision is here.</summary>
    public long CompleteFrom { get; private set; }

    /// <summary>Adds a change.</summary>
    public void Add(AppliedChange change)
    {
        while (_count >= Capacity && At(0).Revision < change.Revision)
        {
            CompleteFrom = At(0).Revision;
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

    /// <summary>Begins anew.</summary>
    public void Reset(long revision)
    {
        Array.Clear(_ring);
        (_first, _count) = (0, 0);
        CompleteFrom = revision;
    }

    /// <summary>Up to so many changes behind a revision; more where the last revision of them has more.</summary>
    public List<AppliedChange> After(long revision, int limit)
    {
        var (low, high) = (0, _count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = At(middle).Revision > revision ? (low, middle) : (middle + 1, high);
        }

        var found = new List<AppliedChange>();
        for (var i = low; i < _count && (found.Count < limit || found[^1].Revision == At(i).Revision); i++)
        {
            found.Add(At(i));
        }

        return found;
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
