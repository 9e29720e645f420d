using TraceeMesh.Contracts.Lookups;

namespace TraceeMesh.Enricher.Lookups;

/// <summary>Questions to one data source of a node: led to the position they are asked for, and answered once that is applied.</summary>
/// <param name="node">Name of the node.</param>
/// <param name="stores">The stores of the node.</param>
/// <param name="source">The source.</param>
public sealed class NodeLookups(string node, NodeStores stores, INodeSource source)
{
    // What goes on the wire of a bound that lies in a later load: behind everything of the one asked for.
    private const long NoEnd = long.MaxValue;

    // Entries looked at for one page: a filter that matches nothing does not hold the stores longer than this.
    private const int ScanLimit = 4096;

    /// <summary>The source.</summary>
    public INodeSource Source => source;

    /// <summary>An offset of a load of a position that may lie in another one.</summary>
    public static long OffsetIn(int load, StorePosition position) =>
        position.Load < load ? 0 : position.Load > load ? NoEnd : position.Offset;

    /// <summary>Answers if the stores know enough by now.</summary>
    /// <param name="request">The question.</param>
    /// <param name="reply">The answer; where false, the one to give if nobody can wait: what is not known is unavailable.</param>
    /// <param name="advanced">Completes when there is more to know.</param>
    /// <returns>False where waiting may give a better answer.</returns>
    public bool TryAnswer(LookupRequest request, out LookupReply reply, out Task advanced)
    {
        lock (stores.Gate)
        {
            advanced = stores.Advanced;
            var ours = request.Node.Length == 0 || request.Node == node;
            var complete = true;
            var results = new LookupResult[request.Keys.Count];
            for (var i = 0; i < results.Length; i++)
            {
                var moment = request.At.Count > 0 ? request.At[i] : new LookupMoment(request.Position, request.Time);
                results[i] = ours && TryPlace(request.LoadId, moment, out var at) ? source.Answer(request.Keys[i], at) : LookupResult.Failed(LookupStatus.Unavailable);
                complete &= results[i].Status != LookupStatus.Unavailable;
            }

            var load = request.Position >= 0 || request.At.Count > 0 ? stores.LoadIndex(request.LoadId) : -1;
            reply = new LookupReply(results, load < 0 ? -1 : OffsetIn(load, source.HistoryFrom));
            return complete || !ours;
        }
    }

    /// <summary>One page of what exists.</summary>
    public ListReply List(ListRequest request)
    {
        var entries = new List<SourceEntry>();
        var found = new List<SourceEntry>();
        var limit = Math.Clamp(request.Limit, 1, ListRequest.MaxLimit);
        var next = request.After;
        lock (stores.Gate)
        {
            var at = At(StorePosition.Open, request.Time);
            for (var scanned = 0; scanned < ScanLimit; scanned += entries.Count)
            {
                entries.Clear();
                next = source.List(at, next, limit - found.Count, entries);
                foreach (var entry in entries)
                {
                    if (entry.Matches(request.Filter))
                    {
                        found.Add(entry);
                    }
                }

                if (next.Length == 0 || found.Count >= limit || entries.Count == 0)
                {
                    break;
                }
            }

            return new ListReply(found, next, source.Evicted);
        }
    }

    // False while the position is not applied.
    private bool TryPlace(uint loadId, LookupMoment moment, out AsOf at)
    {
        if (moment.Position < 0)
        {
            at = At(StorePosition.Open, moment.Time);
            return true;
        }

        var position = new StorePosition(stores.LoadIndex(loadId), moment.Position);
        at = At(position, moment.Time);
        return position.Load >= 0 && position < stores.Applied;
    }

    private AsOf At(StorePosition position, long time)
    {
        var epoch = position != StorePosition.Open ? stores.Clock.EpochAt(position)
            : stores.Clock.EpochAt(time == 0 ? long.MaxValue : time);
        return new AsOf(position, time == 0 ? long.MaxValue : time - epoch, epoch);
    }
}
