namespace TraceeMesh.Detector.Partitions;

/// <summary>A lease as this replica knows it (protocol.md section 3). Its keeper writes it; others read <see cref="MayJudge"/>.</summary>
/// <param name="key">The key of its record.</param>
/// <param name="times">The times of a lease.</param>
/// <param name="time">This replica's own clock; nobody's wall clock decides about a lease.</param>
public class Lease(string key, LeaseTimes times, TimeProvider time)
{
    private long _judgeFrom;
    private bool _owned;
    private long _seenRevision = -1;
    private long _seenSince;

    /// <summary>The key of its record.</summary>
    public string Key => key;

    /// <summary>Whether this replica took it and has not learnt otherwise.</summary>
    public bool Owned => Volatile.Read(ref _owned);

    /// <summary>The revision of the record last known.</summary>
    public long Revision { get; private set; }

    /// <summary>The revision of this replica's claim.</summary>
    public long Fence { get; private set; }

    /// <summary>A write whose outcome is not known: read before writing again.</summary>
    public bool Uncertain { get; set; }

    /// <summary>Whether judging is allowed at this moment.</summary>
    public bool MayJudge => Owned && time.GetElapsedTime(Volatile.Read(ref _judgeFrom)) < times.Judging;

    /// <summary>Takes note of somebody else's record.</summary>
    /// <returns>Whether it has not changed for so long that it may be taken.</returns>
    public bool Observe(long revision)
    {
        if (revision != _seenRevision)
        {
            _seenRevision = revision;
            _seenSince = time.GetTimestamp();
        }

        return time.GetElapsedTime(_seenSince) >= times.Expiry;
    }

    /// <summary>The bus did not answer: what has been observed proves nothing.</summary>
    public void Forget() => _seenRevision = -1;

    /// <summary>This replica's claim was written.</summary>
    /// <param name="revision">Its revision.</param>
    /// <param name="sent">When it was sent.</param>
    public void Claimed(long revision, long sent)
    {
        Fence = revision;
        Renewed(revision, sent);
        Volatile.Write(ref _owned, true);
    }

    /// <summary>This replica's record was written.</summary>
    /// <param name="revision">Its revision.</param>
    /// <param name="sent">When it was sent.</param>
    public void Renewed(long revision, long sent)
    {
        Revision = revision;
        Uncertain = false;
        Volatile.Write(ref _judgeFrom, sent);
    }

    /// <summary>The last write did come through, as a read showed; how long ago it was sent is not known.</summary>
    public void Found(long revision)
    {
        Revision = revision;
        Uncertain = false;
    }

    /// <summary>The lease is somebody else's, or free.</summary>
    public void Lost()
    {
        Volatile.Write(ref _owned, false);
        Uncertain = false;
        Forget();
    }
}
