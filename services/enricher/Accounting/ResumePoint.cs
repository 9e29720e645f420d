using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Ledger;

namespace TraceeMesh.Enricher.Accounting;

/// <summary>Where an enricher that starts goes on: everything before it is stored, frame by frame.</summary>
/// <param name="BootId">Boot of the node.</param>
/// <param name="LoadId">The load.</param>
/// <param name="Watermark">Raw frames up to this offset are in stored event frames, but for what the account says waits.</param>
/// <param name="Account">The totals at the watermark; events stored ahead of it count as derived until their records are reached.</param>
public sealed record ResumePoint(string BootId, uint LoadId, long Watermark, FrameAccount Account)
{
    /// <summary>Those of the frames given that are stored ahead of the point.</summary>
    public IReadOnlyList<int> FramesAhead { get; init; } = [];

    /// <summary>The events in them.</summary>
    public StoredAhead Ahead { get; init; } = StoredAhead.Nothing;

    /// <summary>
    /// The newest frame up to which every event frame is stored. A frame may be missing before a stored one where an
    /// enricher ended while it was sending. What is stored behind the gap is not told again (<see cref="Knowing"/>), and what is
    /// gets numbers behind it.
    /// </summary>
    /// <param name="frames">Headers of the node's last event frames, in the order of the stream.</param>
    /// <param name="fromBeginning">Whether there were none before them.</param>
    public static ResumePoint? From(IReadOnlyList<EventFrameHeader> frames, bool fromBeginning = false)
    {
        if (frames.Count == 0)
        {
            return null;
        }

        var numbers = Numbers(frames[^1]);
        var stored = StoredEnds(frames, numbers, fromBeginning);
        EventFrameHeader? best = null;
        foreach (var frame in frames)
        {
            if (Numbers(frame) == numbers && (best is null || IsNewer(frame, best)) && IsCovered(frame.Account, stored))
            {
                best = frame;
            }
        }

        return best is null ? null : GoOn(best, frames);
    }

    /// <summary>The same point, where the events stored ahead of it are known. Of those that waited when the point's frame was cut, some may be among them.</summary>
    public ResumePoint Knowing(StoredAhead ahead)
    {
        var parked = new List<OffsetRange>();
        long told = 0;
        foreach (var range in Account.Parked)
        {
            var from = range.From;
            for (var offset = range.From; offset < range.To; offset++)
            {
                if (ahead.Has(offset))
                {
                    told++;
                    Add(from, offset);
                    from = offset + 1;
                }
            }

            Add(from, range.To);
        }

        return this with
        {
            Ahead = ahead,
            Account = Account with
            {
                Derived = Account.Derived - told,
                Parked = parked,
            },
        };

        void Add(long from, long to)
        {
            if (to > from)
            {
                parked.Add(new OffsetRange(from, to));
            }
        }
    }

    /// <summary>
    /// The books as the ledger has them, for when the bus has forgotten the event frames, and with them what waited. The ledger is
    /// behind what was told: numbers go on where it ends, in a series of their own.
    /// </summary>
    /// <param name="account">The books.</param>
    /// <param name="series">The new series.</param>
    public static ResumePoint? From(NodeAccount? account, uint series)
    {
        if (account is null || !NodeBooks.TryParse(account.LoadId, out var load))
        {
            return null;
        }

        var lost = new Dictionary<string, long>(account.Lost);
        if (account.Parked > 0)
        {
            lost[LossReasons.BusRestart] = lost.GetValueOrDefault(LossReasons.BusRestart) + account.Parked;
        }

        var totals = new FrameAccount
        {
            Series = series,
            SeriesFrom = [.. account.Emitted],
            Derived = account.Derived,
            Filtered = [.. account.Filtered],
            Lost = [.. lost],
            Emitted = [.. account.Emitted],
        };
        return new ResumePoint(account.BootId, load, account.Produced, totals);
    }

    // Frames that are released have the watermark of the frame before them.
    private static bool IsNewer(EventFrameHeader frame, EventFrameHeader other) =>
        frame.Watermark != other.Watermark ? frame.Watermark > other.Watermark : Told(frame.Account) >= Told(other.Account);

    private static long Told(FrameAccount account) => account.Derived + account.Emitted.Sum(e => e.Value);

    private static (uint LoadId, uint Series) Numbers(EventFrameHeader frame) => (frame.LoadId, frame.Account.Series);

    private static ResumePoint GoOn(EventFrameHeader best, IReadOnlyList<EventFrameHeader> frames)
    {
        var point = new ResumePoint(best.BootId, best.LoadId, best.Watermark, best.Account);
        var ends = best.Account.Emitted.ToDictionary();
        var ahead = new List<int>();
        long events = 0;
        for (var i = 0; i < frames.Count; i++)
        {
            var frame = frames[i];
            var end = ends.GetValueOrDefault(frame.Partition);
            if (Numbers(frame) == Numbers(best) && frame.EndOffset > end)
            {
                events += frame.EndOffset - end;
                ends[frame.Partition] = frame.EndOffset;
                ahead.Add(i);
            }
        }

        return events == 0 ? point : point with
        {
            FramesAhead = ahead,
            Account = best.Account with { Derived = best.Account.Derived + events, Emitted = [.. ends.OrderBy(e => e.Key)] },
        };
    }

    // For each partition the number below which every event is stored; long.MaxValue where no frame of it is at hand and all of its
    // frames are then older than the ones looked at.
    private static long[] StoredEnds(IReadOnlyList<EventFrameHeader> frames, (uint LoadId, uint Series) numbers, bool fromBeginning)
    {
        var ends = new long[Partitioning.Partitions];
        var ranges = new OffsetRanges?[Partitioning.Partitions];
        foreach (var frame in frames)
        {
            if (Numbers(frame) == numbers && (uint)frame.Partition < Partitioning.Partitions)
            {
                var known = ranges[frame.Partition] ??= new OffsetRanges();
                known.Add(0, frame.Settled);
                known.Add(frame.FirstOffset, frame.EndOffset);
            }
        }

        for (var partition = 0; partition < ends.Length; partition++)
        {
            ends[partition] = ranges[partition]?.Contiguous ?? (fromBeginning ? 0 : long.MaxValue);
        }

        return ends;
    }

    private static bool IsCovered(FrameAccount account, long[] stored)
    {
        foreach (var (partition, count) in account.Emitted)
        {
            if ((uint)partition < Partitioning.Partitions && count > stored[partition])
            {
                return false;
            }
        }

        return true;
    }
}
