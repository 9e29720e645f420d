using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Ledger;

namespace TraceeMesh.Enricher.Cutting;

/// <summary>One partition, as far as this node's events of the current load go into it.</summary>
public sealed class Partition
{
    // Beyond this many untold ranges the last ones are told as one that covers them.
    private const int MaxUntold = 4096;

    private readonly List<LossRange> _untold = [];
    private long _settled;

    /// <summary>Number of the next event.</summary>
    public long Next { get; set; }

    /// <summary>Every event below this number is stored. Written by the publisher's thread.</summary>
    public long Settled
    {
        get => Interlocked.Read(ref _settled);
        set => Interlocked.Exchange(ref _settled, value);
    }

    /// <summary>Record time of the last frame, ns since the epoch; 0 before the first.</summary>
    public long LastFrame { get; set; }

    /// <summary>Whether it has got events, and not heard of the series that they now are numbered in.</summary>
    public bool IsUnheard { get; set; }

    /// <summary>Starts a load.</summary>
    /// <param name="next">Number of the next event.</param>
    /// <param name="isNewSeries">Whether the numbers before it were those of another series.</param>
    public void Begin(long next, bool isNewSeries)
    {
        Next = next;
        Settled = next;
        LastFrame = 0;
        IsUnheard = next > 0 && isNewSeries;
        _untold.Clear();
    }

    /// <summary>Remembers a loss until a frame of this partition tells it.</summary>
    public void Tell(LossRange loss)
    {
        if (_untold.Count < MaxUntold)
        {
            _untold.Add(loss);
        }
        else
        {
            _untold[^1] = loss with { From = _untold[^1].From };
        }
    }

    /// <summary>The losses that the next frame tells.</summary>
    public IReadOnlyList<LossRange> TakeUntold()
    {
        if (_untold.Count == 0)
        {
            return [];
        }

        var count = Math.Min(_untold.Count, Limits.LossRangesKept);
        var told = _untold.GetRange(0, count);
        _untold.RemoveRange(0, count);
        return told;
    }
}
