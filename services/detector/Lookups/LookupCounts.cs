using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Contracts.Mesh;

namespace TraceeMesh.Detector.Lookups;

/// <summary>What became of the questions of one signature, over all sources and partitions.</summary>
public sealed class LookupCounts
{
    private long _asked;
    private long _hit;
    private long _batched;
    private long _late;
    private long _failed;

    /// <summary>The numbers now.</summary>
    public LookupTotals Totals => new(
        Interlocked.Read(ref _asked),
        Interlocked.Read(ref _hit),
        Interlocked.Read(ref _batched),
        Interlocked.Read(ref _late),
        Interlocked.Read(ref _failed));

    /// <summary>Enters a question that was answered here.</summary>
    public void AddHit()
    {
        Interlocked.Increment(ref _asked);
        Interlocked.Increment(ref _hit);
    }

    /// <summary>Enters a question that a source was asked.</summary>
    /// <param name="status">How it ended.</param>
    /// <param name="batched">Whether it went in one request with others, or could have.</param>
    public void Add(LookupStatus status, bool batched)
    {
        Interlocked.Increment(ref _asked);
        if (batched)
        {
            Interlocked.Increment(ref _batched);
        }

        switch (status)
        {
            case LookupStatus.Timeout:
                Interlocked.Increment(ref _late);
                break;
            case LookupStatus.Unavailable:
                Interlocked.Increment(ref _failed);
                break;
        }
    }
}
