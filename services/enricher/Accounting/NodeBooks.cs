using System.Collections.Frozen;
using System.Globalization;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Ledger;

namespace TraceeMesh.Enricher.Accounting;

/// <summary>
/// The books of the current load: every offset below <see cref="Produced"/> is in an event frame, filtered, lost, or waits.
/// Safe to read from another thread while they are written.
/// </summary>
/// <param name="node">Name of the node.</param>
public sealed class NodeBooks(string node)
{
    // Reasons come with frames; their number is bounded by what we know.
    private static readonly FrozenSet<string> KnownReasons = LossReasons.All.ToFrozenSet();

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, long> _filtered = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _lost = new(StringComparer.Ordinal);
    private readonly long[] _emitted = new long[Partitioning.Partitions];
    private readonly Queue<LossRange> _losses = new();
    private readonly Queue<string> _unclosed = new();
    private string _bootId = "";
    private uint _loadId;
    private uint _series;
    private IReadOnlyList<KeyValuePair<int, long>> _seriesFrom = [];
    private long _derived;
    private long _parked;
    private bool _open;

    /// <summary>Every offset below this is accounted for.</summary>
    public long Produced { get; private set; }

    /// <summary>Whether the books of the load before the current one were not closed.</summary>
    public bool FollowsUnclosed { get; private set; }

    /// <summary>Grows with every change.</summary>
    public long Version { get; private set; }

    /// <summary>The name of a reason as the books keep it: one of <see cref="LossReasons"/>.</summary>
    public static string Known(string reason) => KnownReasons.Contains(reason) ? reason : LossReasons.Unknown;

    /// <summary>Opens the books of a load; those of the one before are unclosed unless <see cref="Close"/> was called.</summary>
    /// <param name="bootId">Boot of the node.</param>
    /// <param name="loadId">The load.</param>
    /// <param name="produced">Where they go on.</param>
    /// <param name="account">From which totals.</param>
    public void Open(string bootId, uint loadId, long produced, FrameAccount account)
    {
        lock (_gate)
        {
            FollowsUnclosed = bootId == _bootId && _open && loadId != _loadId;
            if (bootId != _bootId)
            {
                _unclosed.Clear();
            }
            else if (_open && loadId != _loadId)
            {
                _unclosed.Enqueue(Name(_loadId));
                if (_unclosed.Count > Limits.LossRangesKept)
                {
                    _unclosed.Dequeue();
                }
            }

            (_bootId, _loadId, _open, Produced, _derived) = (bootId, loadId, true, produced, account.Derived);
            (_series, _seriesFrom) = (account.Series, account.SeriesFrom);
            _parked = account.Parked.Sum(r => r.Count);
            _losses.Clear();
            Restore(_filtered, account.Filtered);
            Restore(_lost, account.Lost);
            Array.Clear(_emitted);
            foreach (var (partition, count) in account.Emitted)
            {
                if ((uint)partition < Partitioning.Partitions)
                {
                    _emitted[partition] = count;
                }
            }

            Version++;
        }
    }

    /// <summary>Takes over what the ledger holds: the loads found unclosed, and the last one, unclosed too unless it goes on.</summary>
    public void Restore(NodeAccount account)
    {
        lock (_gate)
        {
            _bootId = account.BootId;
            _open = !account.Closed && TryParse(account.LoadId, out _loadId);
            foreach (var load in account.Unclosed.TakeLast(Limits.LossRangesKept))
            {
                _unclosed.Enqueue(load);
            }
        }
    }

    /// <summary>The load has ended, and all of it is accounted for.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _open = false;
            Version++;
        }
    }

    /// <summary>Enters what became of the offsets up to <paramref name="end"/>.</summary>
    /// <param name="end">New value of <see cref="Produced"/>, unless that is behind it already.</param>
    /// <param name="notSelected">Filtered: not selected.</param>
    /// <param name="snapshot">Filtered: of a snapshot.</param>
    /// <param name="lost">Lost.</param>
    /// <param name="emitted">Events for each partition.</param>
    /// <param name="parked">How many more wait.</param>
    /// <param name="derived">How many more are derived; less those that were emitted ahead, and counted as derived so long.</param>
    public void Enter(long end, long notSelected, long snapshot, IReadOnlyList<LossRange> lost, ReadOnlySpan<int> emitted, long parked = 0, long derived = 0)
    {
        lock (_gate)
        {
            Add(_filtered, FilterRules.NotSelected, notSelected);
            Add(_filtered, FilterRules.Snapshot, snapshot);
            for (var i = 0; i < lost.Count; i++)
            {
                Add(_lost, lost[i].Reason, lost[i].Count);
                _losses.Enqueue(lost[i]);
                if (_losses.Count > Limits.LossRangesKept)
                {
                    _losses.Dequeue();
                }
            }

            AddEmitted(emitted);
            Produced = Math.Max(Produced, end);
            _parked += parked;
            _derived += derived;
            Version++;
        }
    }

    /// <summary>Enters events that waited, and events derived from others.</summary>
    /// <param name="parked">How many had waited.</param>
    /// <param name="derived">How many are derived.</param>
    /// <param name="notSelected">How many of the derived ones nobody had selected.</param>
    /// <param name="emitted">Events for each partition.</param>
    public void Release(long parked, long derived, long notSelected, ReadOnlySpan<int> emitted)
    {
        lock (_gate)
        {
            _parked -= parked;
            _derived += derived;
            Add(_filtered, FilterRules.NotSelected, notSelected);
            AddEmitted(emitted);
            Version++;
        }
    }

    /// <summary>How many events a partition got so far.</summary>
    public long EmittedTo(int partition) => _emitted[partition];

    /// <summary>The totals, for a frame.</summary>
    /// <param name="parked">Offsets that wait.</param>
    /// <param name="parkedDerived">Offsets from which an event is derived that waits.</param>
    public FrameAccount ToFrameAccount(IReadOnlyList<OffsetRange> parked, IReadOnlyList<long> parkedDerived)
    {
        lock (_gate)
        {
            return new FrameAccount
            {
                Series = _series,
                SeriesFrom = _seriesFrom,
                Derived = _derived,
                Filtered = [.. _filtered],
                Lost = [.. _lost],
                Emitted = [.. Emitted()],
                Parked = parked,
                ParkedDerived = parkedDerived,
            };
        }
    }

    /// <summary>The totals, for metrics. Every reason is there from the beginning, so that its first loss is an increase and no new series.</summary>
    public (long Derived, long Emitted, long Parked, IReadOnlyList<(string Rule, long Count)> Filtered, IReadOnlyList<(string Reason, long Count)> Lost) Totals()
    {
        lock (_gate)
        {
            return (
                _derived,
                _emitted.Sum(),
                _parked,
                [.. FilterRules.All.Select(r => (r, _filtered.GetValueOrDefault(r)))],
                [.. LossReasons.All.Select(r => (r, _lost.GetValueOrDefault(r)))]);
        }
    }

    /// <summary>The totals, for the ledger.</summary>
    /// <param name="timestamp">Now, ns since the epoch.</param>
    public NodeAccount ToAccount(long timestamp)
    {
        lock (_gate)
        {
            return new NodeAccount
            {
                Node = node,
                BootId = _bootId,
                LoadId = Name(_loadId),
                Series = _series,
                Produced = Produced,
                Derived = _derived,
                Filtered = new Dictionary<string, long>(_filtered),
                Lost = new Dictionary<string, long>(_lost),
                Emitted = Emitted().ToDictionary(),
                Parked = _parked,
                Losses = [.. _losses],
                Unclosed = [.. _unclosed],
                Closed = !_open,
                Timestamp = timestamp,
            };
        }
    }

    /// <summary>A load id, or a series, as it is written everywhere: eight hexadecimal digits.</summary>
    public static string Name(uint loadId) => loadId.ToString("x8", CultureInfo.InvariantCulture);

    /// <summary>Reads <see cref="Name"/>.</summary>
    public static bool TryParse(string name, out uint loadId) => uint.TryParse(name, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out loadId);

    private void AddEmitted(ReadOnlySpan<int> emitted)
    {
        for (var i = 0; i < emitted.Length; i++)
        {
            _emitted[i] += emitted[i];
        }
    }

    private static void Add(SortedDictionary<string, long> totals, string name, long count)
    {
        if (count != 0)
        {
            totals[name] = totals.GetValueOrDefault(name) + count;
        }
    }

    private static void Restore(SortedDictionary<string, long> totals, IReadOnlyList<KeyValuePair<string, long>> from)
    {
        totals.Clear();
        foreach (var (name, count) in from)
        {
            Add(totals, name, count);
        }
    }

    private IEnumerable<KeyValuePair<int, long>> Emitted()
    {
        for (var partition = 0; partition < _emitted.Length; partition++)
        {
            if (_emitted[partition] > 0)
            {
                yield return new(partition, _emitted[partition]);
            }
        }
    }
}
