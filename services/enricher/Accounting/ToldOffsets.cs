using TraceeMesh.Contracts.Ledger;

namespace TraceeMesh.Enricher.Accounting;

/// <summary>
/// What an earlier enricher told of a load: everything below an offset but for what waited when it ended. Records that were told
/// feed the stores and nothing else.
/// </summary>
/// <param name="below">The offset.</param>
/// <param name="parked">What waited, ascending.</param>
/// <param name="parkedDerived">Records from which an event was derived that waited, ascending.</param>
/// <param name="ahead">What was told of records from the offset on.</param>
public sealed class ToldOffsets(long below, IReadOnlyList<OffsetRange> parked, IReadOnlyList<long> parkedDerived, StoredAhead ahead)
{
    /// <summary>Nothing was told.</summary>
    public static readonly ToldOffsets Nothing = new(0, [], [], StoredAhead.Nothing);

    /// <summary>Everything was told.</summary>
    public static readonly ToldOffsets Everything = new(long.MaxValue, [], [], StoredAhead.Nothing);

    /// <summary>Nothing from here on was told.</summary>
    public long Below => below;

    /// <summary>Whether the event of a record was told.</summary>
    public bool IsTold(long offset) => offset < below ? !Waited(offset) : ahead.Has(offset);

    /// <summary>Whether the event of a record was told ahead of the others.</summary>
    public bool IsAhead(long offset) => offset >= below && ahead.Has(offset);

    /// <summary>Whether what is derived from a record was told.</summary>
    public bool IsDerivedTold(long offset) => offset < below && !parkedDerived.Contains(offset);

    /// <summary>Whether an event derived from a record was told ahead of the others.</summary>
    /// <param name="offset">The record.</param>
    /// <param name="eventId">Which event.</param>
    /// <param name="container">Hash of its container's id.</param>
    public bool IsDerivedAhead(long offset, int eventId, ulong container) => ahead.HasDerived(offset, eventId, container);

    /// <summary>What waited from an offset on.</summary>
    public IEnumerable<OffsetRange> ParkedFrom(long offset)
    {
        foreach (var range in parked)
        {
            if (range.To > offset)
            {
                yield return range with { From = Math.Max(range.From, offset) };
            }
        }
    }

    /// <summary>Records from an offset on from which an event was derived that waited.</summary>
    public IEnumerable<long> ParkedDerivedFrom(long offset) => parkedDerived.Where(o => o >= offset);

    private bool Waited(long offset)
    {
        var (low, high) = (0, parked.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (offset < parked[middle].From)
            {
                high = middle - 1;
            }
            else if (offset >= parked[middle].To)
            {
                low = middle + 1;
            }
            else
            {
                return true;
            }
        }

        return false;
    }
}
