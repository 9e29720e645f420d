using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Ledger;

namespace TraceeMesh.Enricher.Accounting;

/// <summary>Where an enricher that starts goes on: everything before it is stored, frame by frame.</summary>
/// <param name="BootId">Boot of the node.</param>
/// <param name="LoadId">The load.</param>
/// <param name="Watermark">Raw frames up to this offset are in stored event frames, but for what the account says waits.</param>
/// <param name="Account">The totals at the watermark.</param>
public sealed record ResumePoint(string BootId, uint LoadId, long Watermark, FrameAccount Account)
{
    /// <summary>
    /// The newest frame up to which every event frame is stored. A frame may be missing before a stored one where an
    /// enricher ended while it was sending; the events behind the gap are told once more, under numbers behind all that
    /// are stored, and enter the books as derived: an event that is repeated is one made from another.
    /// </summary>
    /// <param name="frames">Headers of the node's last event frames, in the order of the stream.</param>
    public static ResumePoint? From(IReadOnlyList<EventFrameHeader> frames)
    {
        if (frames.Count == 0)
        {
            return null;
        }

        var load = frames[^1].LoadId;
        var stored = StoredEnds(frames, load);
        EventFrameHeader? best = null;
        foreach (var frame in frames)
        {
            if (frame.LoadId == load && (best is null || IsNewer(frame, best)) && IsCovered(frame.Account, stored))
            {
                best = frame;
            }
        }

        return best is null ? null : new ResumePoint(best.BootId, load, best.Watermark, Repeat(best.Account, frames, load));
    }

    /// <summary>The books as the ledger has them, for when the bus has forgotten the event frames, and with them what waited.</summary>
    public static ResumePoint? From(NodeAccount? account)
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

    private static FrameAccount Repeat(FrameAccount account, IReadOnlyList<EventFrameHeader> frames, uint load)
    {
        var ends = account.Emitted.ToDictionary();
        long repeated = 0;
        foreach (var frame in frames)
        {
            var end = ends.GetValueOrDefault(frame.Partition);
            if (frame.LoadId == load && frame.EndOffset > end)
            {
                repeated += frame.EndOffset - end;
                ends[frame.Partition] = frame.EndOffset;
            }
        }

        return repeated == 0 ? account : account with { Derived = account.Derived + repeated, Emitted = [.. ends.OrderBy(e => e.Key)] };
    }

    // For each partition the number below which every event is stored; long.MaxValue where no frame of it is at hand, since
    // all of its frames are then older than the ones looked at.
    private static long[] StoredEnds(IReadOnlyList<EventFrameHeader> frames, uint load)
    {
        var ends = new long[Partitioning.Partitions];
        Array.Fill(ends, long.MaxValue);
        var ranges = new OffsetRanges?[Partitioning.Partitions];
        foreach (var frame in frames)
        {
            if (frame.LoadId == load && (uint)frame.Partition < Partitioning.Partitions)
            {
                var known = ranges[frame.Partition] ??= new OffsetRanges();
                known.Add(0, frame.Settled);
                known.Add(frame.FirstOffset, frame.EndOffset);
            }
        }

        for (var partition = 0; partition < ends.Length; partition++)
        {
            ends[partition] = ranges[partition]?.Contiguous ?? long.MaxValue;
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
