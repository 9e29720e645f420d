using TraceeMesh.Contracts.Ledger;

namespace TraceeMesh.Enricher.Decoding;

/// <summary>What became of the records of one raw frame that are not in an event frame. Reused from frame to frame.</summary>
public sealed class FrameTally
{
    private readonly List<LossRange> _lost = [];

    /// <summary>Not selected by any consumer.</summary>
    public long NotSelected { get; set; }

    /// <summary>Records of a snapshot.</summary>
    public long Snapshot { get; set; }

    /// <summary>Waiting for their container.</summary>
    public long Parked { get; set; }

    /// <summary>Those that had waited already when an earlier enricher ended.</summary>
    public long Unparked { get; set; }

    /// <summary>Those whose event an earlier enricher told, ahead of others that it did not.</summary>
    public long Ahead { get; set; }

    /// <summary>Offsets of records that could not be read, in order.</summary>
    public IReadOnlyList<LossRange> Lost => _lost;

    /// <summary>Losses told as events.</summary>
    public long Derived { get; set; }

    /// <summary>Starts over.</summary>
    public void Reset()
    {
        NotSelected = 0;
        Snapshot = 0;
        Parked = 0;
        Unparked = 0;
        Ahead = 0;
        Derived = 0;
        _lost.Clear();
    }

    /// <summary>Adds a record that could not be read.</summary>
    public void AddLost(long from, long to)
    {
        if (_lost.Count > 0 && _lost[^1].To == from)
        {
            _lost[^1] = _lost[^1] with { To = to };
        }
        else
        {
            _lost.Add(new LossRange(from, to, LossReasons.BadRecord));
        }
    }
}
