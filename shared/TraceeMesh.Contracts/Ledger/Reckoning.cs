namespace TraceeMesh.Contracts.Ledger;

/// <summary>Adds up the books of a node. What was judged is a union of ranges, so nothing counts twice and every gap shows.</summary>
public static class Reckoning
{
    /// <summary>The books at this moment.</summary>
    /// <param name="account">The enricher's books, at or behind the cut.</param>
    /// <param name="judged">What detectors say of this node, by partition.</param>
    public static NodeReport Report(NodeAccount account, IReadOnlyDictionary<int, JudgedAccount> judged)
    {
        var lost = new Dictionary<string, long>(account.Lost);
        var losses = new List<LossRange>(account.Losses);
        long judgedCount = 0;
        var open = account.Parked;
        foreach (var (partition, emitted) in account.Emitted)
        {
            var ranges = new OffsetRanges();
            if (judged.TryGetValue(partition, out var books) && books.LoadId == account.LoadId && books.Series == account.Series)
            {
                foreach (var pair in books.Judged.Where(p => p.Length == 2))
                {
                    ranges.Add(pair[0], Math.Min(pair[1], emitted));
                }

                judgedCount += ranges.CountBelow(emitted);
                AddLost(books, emitted, ranges, lost, losses);
            }

            open += emitted - ranges.CountBelow(emitted);
        }

        var told = account.Filtered.Values.Sum() + lost.Values.Sum() + judgedCount + open;
        var missing = account.Produced + account.Derived - told;
        return new NodeReport
        {
            Node = account.Node,
            LoadId = account.LoadId,
            Balanced = missing == 0 && open == 0 && account.Unclosed.Count == 0,
            Reason = Reason(missing, open, account.Unclosed.Count),
            Produced = account.Produced,
            Derived = account.Derived,
            Judged = judgedCount,
            Filtered = account.Filtered,
            Lost = lost,
            InFlight = open,
            Losses = losses,
            Unclosed = account.Unclosed,
        };
    }

    private static void AddLost(JudgedAccount books, long emitted, OffsetRanges ranges, Dictionary<string, long> lost, List<LossRange> losses)
    {
        foreach (var loss in books.Lost)
        {
            // What was judged after all is not lost.
            var added = ranges.Add(loss.From, Math.Min(loss.To, emitted));
            if (added > 0)
            {
                lost[loss.Reason] = lost.GetValueOrDefault(loss.Reason) + added;
                losses.Add(loss);
            }
        }
    }

    private static string Reason(long missing, long open, int unclosed) =>
        missing != 0 ? $"{Math.Abs(missing)} events {(missing > 0 ? "are told by nobody" : "are told twice")}"
        : open != 0 ? $"{open} events are still in flight"
        : unclosed != 0 ? $"incomplete: {unclosed} loads ended without closing their books"
        : "";
}
