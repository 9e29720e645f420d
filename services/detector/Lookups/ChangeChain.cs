using TraceeMesh.Contracts.Lookups;

namespace TraceeMesh.Detector.Lookups;

/// <summary>
/// The changes that a data source of one node has told: as far as its notices follow each other without a gap, what they do
/// not name has not changed (protocol.md, section 4).
/// </summary>
public sealed class ChangeChain : IChangeProof
{
    /// <summary>
    /// Subjects of one of two generations whose last change is remembered. When the young one is full the old one is forgotten, and
    /// the chain reaches back to where the young one began.
    /// </summary>
    public const int MaxSubjects = 8192;

    private readonly Lock _gate = new();
    private Dictionary<LookupKey, long> _young = [];
    private Dictionary<LookupKey, long> _old = [];
    private ulong _incarnation;
    private long _number;
    private uint _load;
    private long _from;
    private long _youngFrom;
    private long _to;

    /// <summary>How often the chain broke.</summary>
    public long Breaks { get; private set; }

    /// <summary>Takes a notice, in the order in which it came.</summary>
    public void Add(ChangeNotice notice)
    {
        lock (_gate)
        {
            if (notice.Incarnation != _incarnation || notice.Number != _number + 1 || notice.LoadId != _load || notice.From != _to)
            {
                Breaks += _incarnation != 0 ? 1 : 0;
                Begin(notice);
            }

            _number = notice.Number;
            _to = notice.To;
            if (notice.All)
            {
                Begin(notice);
                (_from, _youngFrom) = (notice.To, notice.To);
                return;
            }

            if (_young.Count + notice.Keys.Count > MaxSubjects)
            {
                (_young, _old) = (_old, _young);
                _young.Clear();
                (_from, _youngFrom) = (_youngFrom, notice.From);
            }

            for (var i = 0; i < notice.Keys.Count; i++)
            {
                _young[notice.Keys[i]] = notice.From;
            }
        }
    }

    /// <inheritdoc/>
    public bool Proves(uint load, in LookupKey subject, long asOf, long position)
    {
        lock (_gate)
        {
            return load == _load && asOf >= _from - 1 && position < _to
                && !((_young.TryGetValue(subject, out var changedAt) || _old.TryGetValue(subject, out changedAt)) && changedAt > asOf);
        }
    }

    private void Begin(ChangeNotice notice)
    {
        _incarnation = notice.Incarnation;
        _number = notice.Number;
        _load = notice.LoadId;
        (_from, _youngFrom) = (notice.From, notice.From);
        _to = notice.To;
        _young.Clear();
        _old.Clear();
    }
}
