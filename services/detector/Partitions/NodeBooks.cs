using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Detector.Findings;

namespace TraceeMesh.Detector.Partitions;

/// <summary>The books of one node in one partition.</summary>
internal sealed class NodeBooks
{
    // A load before the last can still have frames under way when a collector was restarted in a hurry; more are not kept.
    private const int LoadsKept = 4;

    private readonly List<LoadAccount> _loads = [];

    public NodeBooks(LoadAccount? account, TimeProvider time)
    {
        Losses = new LossWindow(time, LossWindow.DefaultLength);
        if (account is not null)
        {
            _loads.Add(account);
        }
    }

    public LossWindow Losses { get; }

    /// <summary>The latest load as the lease record tells it, with what is missing from what the next owner will judge.</summary>
    public JudgedAccount? ToRecord()
    {
        if (Current is not { } current)
        {
            return null;
        }

        var missing = Losses.Read();
        var record = current.ToRecord() with { Missing = [.. missing.Reasons.Select(r => new RecentLoss(r.Key, r.Value, missing.From, missing.To))] };
        return StreamForgotten ? record with { ForgottenBelow = JudgedAccount.UntilNextFrame } : record;
    }

    /// <summary>Goes on with what was missing when another one owned the partition; from now on it counts as told now.</summary>
    public void Inherit(JudgedAccount record)
    {
        StreamForgotten = record.ForgottenBelow == JudgedAccount.UntilNextFrame;
        foreach (var loss in record.Missing)
        {
            Losses.Tell(loss.Reason, loss.Count, loss.From, loss.To);
        }
    }

    /// <summary>The bus has forgotten the stream since the node's last frame.</summary>
    public bool StreamForgotten { get; set; }

    public long Heard { get; set; }

    /// <summary>The load that the lease record tells: the one that began last.</summary>
    public LoadAccount? Current => _loads.Count == 0 ? null : _loads[^1];

    /// <summary>The account of a frame's load and series, opened when this is the first frame of it.</summary>
    public LoadAccount Load(EventFrameHeader frame)
    {
        LoadAccount? before = null;
        foreach (var load in _loads)
        {
            if (load.LoadId == frame.LoadId)
            {
                if (load.Series == frame.Account.Series)
                {
                    return load;
                }

                before = load;
            }
        }

        if (_loads.Count == LoadsKept)
        {
            _loads.RemoveAt(0);
        }

        var fresh = before?.Continue(frame.Account.Series, FirstOf(frame)) ?? new LoadAccount(frame.LoadId, frame.Account.Series);
        _loads.Add(fresh);
        return fresh;
    }

    private static long FirstOf(EventFrameHeader frame)
    {
        foreach (var (partition, from) in frame.Account.SeriesFrom)
        {
            if (partition == frame.Partition)
            {
                return from;
            }
        }

        return 0;
    }
}
