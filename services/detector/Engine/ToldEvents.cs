using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Ledger;

namespace TraceeMesh.Detector.Engine;

/// <summary>
/// Which events of a node's load have come in a partition, known by their place in the node's order: those below a watermark but for
/// some. In doubt an event counts as one that has not come: then it is judged, and what it gives has the ids of before.
/// </summary>
public sealed class ToldEvents
{
    /// <summary>None has come.</summary>
    public static readonly ToldEvents Nothing = new(0, [], [], []);

    /// <summary>Ranges of each kind that a lease record tells; further ones are told as one that covers them.</summary>
    public const int MaxRanges = 64;

    private readonly IReadOnlyList<OffsetRange> _lost;
    private readonly IReadOnlyList<OffsetRange> _parked;
    private readonly IReadOnlyList<OffsetRange> _parkedDerived;

    private ToldEvents(long watermark, IReadOnlyList<OffsetRange> lost, IReadOnlyList<OffsetRange> parked, IReadOnlyList<OffsetRange> parkedDerived) =>
        (Watermark, _lost, _parked, _parkedDerived) = (watermark, lost, parked, parkedDerived);

    /// <summary>None from this position on has come.</summary>
    public long Watermark { get; }

    /// <summary>What a lease record tells.</summary>
    public static ToldEvents From(JudgedAccount record) => new(record.Watermark, [], Read(record.Parked), Read(record.ParkedDerived));

    /// <summary>What a frame adds.</summary>
    /// <param name="frame">The frame, all of whose predecessors have come or are lost.</param>
    /// <param name="lost">Whether any of them is lost since the last time.</param>
    public ToldEvents By(EventFrameHeader frame, bool lost) => new(
        frame.Watermark,
        lost ? Merge([.. _lost, new OffsetRange(Watermark, frame.Watermark)]) : _lost,
        frame.Account.Parked,
        frame.Account.ParkedDerived.Count == 0 ? [] : [.. frame.Account.ParkedDerived.Select(o => new OffsetRange(o, o + 1))]);

    /// <summary>Whether an event has come.</summary>
    public bool Has(in EventContext context)
    {
        var position = context.Position;
        if (position >= Watermark)
        {
            return false;
        }

        return context.EventId switch
        {
            // Its place is that of the answer of a runtime, which each enricher gets at another moment.
            EventIds.ContainerEnriched => false,
            EventIds.ContainerCreate or EventIds.ContainerRemove or EventIds.ExistingContainer => !Contains(_parkedDerived, position) && !Contains(_lost, position),
            _ => !Contains(_parked, position) && !Contains(_lost, position),
        };
    }

    /// <summary>Enters it in a lease record.</summary>
    public JudgedAccount Enter(JudgedAccount record) => record with
    {
        Watermark = Watermark,
        Parked = Pairs([.. _parked, .. _lost]),
        ParkedDerived = Pairs([.. _parkedDerived, .. _lost]),
    };

    private static bool Contains(IReadOnlyList<OffsetRange> ranges, long position)
    {
        for (var i = 0; i < ranges.Count; i++)
        {
            if (position >= ranges[i].From && position < ranges[i].To)
            {
                return true;
            }
        }

        return false;
    }

    private static OffsetRange[] Read(IReadOnlyList<long[]> pairs) =>
        [.. pairs.Where(p => p.Length == 2).Take(MaxRanges).Select(p => new OffsetRange(p[0], p[1]))];

    private static IReadOnlyList<long[]> Pairs(List<OffsetRange> ranges) => ranges.Count == 0 ? [] : [.. Merge(ranges).Select(r => new[] { r.From, r.To })];

    // The last ones become one: what lies between them counts as not come.
    private static List<OffsetRange> Merge(List<OffsetRange> ranges)
    {
        if (ranges.Count > MaxRanges)
        {
            ranges.Sort(static (a, b) => a.From.CompareTo(b.From));
            var from = ranges[MaxRanges - 1].From;
            var to = ranges.Skip(MaxRanges - 1).Max(r => r.To);
            ranges.RemoveRange(MaxRanges - 1, ranges.Count - MaxRanges + 1);
            ranges.Add(new OffsetRange(from, to));
        }

        return ranges;
    }
}
