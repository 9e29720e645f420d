using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Ledger;

namespace TraceeMesh.Capture;

/// <summary>
/// Leads the headers of a capture to where it is replayed: to a node and loads of its own, whose positions begin at 0 although the
/// recording began in the middle of a load.
/// </summary>
/// <param name="node">The node it is replayed as; null: the one it was recorded on.</param>
/// <param name="newLoad">The load in the place of a recorded one; called once for each.</param>
public sealed class ReplayedLoads(string? node, Func<uint, uint> newLoad)
{
    private readonly Dictionary<uint, (uint LoadId, long Base)> _loads = [];

    /// <summary>The header as it is replayed.</summary>
    public RawFrameHeader Lead(RawFrameHeader header)
    {
        if (!_loads.TryGetValue(header.LoadId, out var load))
        {
            // The first load was running when recording began; others began while it recorded.
            load = (newLoad(header.LoadId), _loads.Count == 0 ? header.FirstOffset : 0);
            _loads.Add(header.LoadId, load);
        }

        return header with
        {
            Node = node ?? header.Node,
            LoadId = load.LoadId,
            FirstOffset = Math.Max(0, header.FirstOffset - load.Base),
            Settled = Math.Max(0, header.Settled - load.Base),
            Losses = load.Base == 0 ? header.Losses : Lead(header.Losses, load.Base),
        };
    }

    private static List<LossRange> Lead(IReadOnlyList<LossRange> losses, long start)
    {
        var led = new List<LossRange>();
        foreach (var loss in losses)
        {
            if (loss.To > start)
            {
                led.Add(loss with { From = Math.Max(0, loss.From - start), To = loss.To - start });
            }
        }

        return led;
    }
}
