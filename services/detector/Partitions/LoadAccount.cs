using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Detector.Engine;

namespace TraceeMesh.Detector.Partitions;

/// <summary>
/// The books of one load of one node in one partition: which of its event numbers were judged and which were lost. Past
/// <see cref="MaxRanges"/> the settled part is folded: how many were judged and lost for each reason stays exact, which
/// numbers they were is forgotten.
/// </summary>
public sealed class LoadAccount
{
    /// <summary>Ranges kept before the settled part is folded.</summary>
    public const int MaxRanges = 512;

    private readonly List<LossRange> _lost = [];
    private OffsetRanges _judged = new();
    private OffsetRanges _accounted = new();
    private ToldEvents _told = ToldEvents.Nothing;
    private bool _lostSinceTold;

    /// <summary>An account of nothing.</summary>
    /// <param name="loadId">The load.</param>
    /// <param name="series">The series of its numbers.</param>
    public LoadAccount(uint loadId, uint series)
    {
        LoadId = loadId;
        Series = series;
    }

    /// <summary>The load.</summary>
    public uint LoadId { get; }

    /// <summary>The series of its numbers.</summary>
    public uint Series { get; }

    /// <summary>Position up to which the frames read so far reach.</summary>
    public long Watermark { get; set; }

    /// <summary>Which events had come before this account was opened; an enricher that cannot know of them tells them again.</summary>
    public ToldEvents ToldBefore { get; private init; } = ToldEvents.Nothing;

    /// <summary>What is missing below this number went with a stream that the bus has forgotten.</summary>
    public long ForgottenBelow { get; set; }

    /// <summary>The ranges judged.</summary>
    public OffsetRanges Judged => _judged;

    /// <summary>The ranges lost.</summary>
    public IReadOnlyList<LossRange> Lost => _lost;

    /// <summary>The account that a lease record tells; null when it tells none that makes sense.</summary>
    public static LoadAccount? From(JudgedAccount record)
    {
        if (!uint.TryParse(record.LoadId, System.Globalization.NumberStyles.HexNumber, null, out var loadId))
        {
            return null;
        }

        var told = ToldEvents.From(record);
        var account = new LoadAccount(loadId, record.Series) { _told = told, ToldBefore = told, ForgottenBelow = Math.Max(0, record.ForgottenBelow) };
        foreach (var range in record.Judged)
        {
            if (range.Length != 2 || range[0] < 0 || range[1] < range[0])
            {
                return null;
            }

            account._judged.Add(range[0], range[1]);
            account._accounted.Add(range[0], range[1]);
        }

        foreach (var loss in record.Lost)
        {
            if (loss.From < 0 || loss.To < loss.From)
            {
                return null;
            }

            account.Lose(loss.From, loss.To, loss.Reason);
        }

        account._lostSinceTold = false;
        return account;
    }

    /// <summary>
    /// The account of the same load in another series of numbers, which goes on where the enricher's books ended: what of this one
    /// lies behind them was judged, but is lost to those books, or comes again and is recognised.
    /// </summary>
    /// <param name="series">The series.</param>
    /// <param name="from">Its first number in this partition.</param>
    public LoadAccount Continue(uint series, long from)
    {
        var account = new LoadAccount(LoadId, series) { _told = _told, ToldBefore = _told, Watermark = Watermark, ForgottenBelow = Math.Min(ForgottenBelow, from) };
        foreach (var range in _judged.Ranges)
        {
            account._judged.Add(range.From, Math.Min(range.To, from));
            account._accounted.Add(range.From, Math.Min(range.To, from));
        }

        foreach (var loss in _lost)
        {
            account.Lose(loss.From, Math.Min(loss.To, from), loss.Reason);
        }

        account._lostSinceTold = _lostSinceTold;
        return account;
    }

    /// <summary>Takes note of how far a frame tells its node's events, unless frames before it may still come.</summary>
    public void Tell(EventFrameHeader frame)
    {
        if (frame.Watermark >= _told.Watermark && _accounted.Contains(0, frame.FirstOffset))
        {
            _told = _told.By(frame, _lostSinceTold);
            _lostSinceTold = false;
        }
    }

    /// <summary>The account as a lease record tells it.</summary>
    public JudgedAccount ToRecord() => _told.Enter(new JudgedAccount
    {
        LoadId = LoadId.ToString("x8"),
        Series = Series,
        Judged = [.. _judged.Ranges.Select(r => new[] { r.From, r.To })],
        Lost = [.. _lost],
        ForgottenBelow = ForgottenBelow,
    });

    /// <summary>Whether all of the range has been judged.</summary>
    public bool IsJudged(long from, long to) => Mechanisms.PositionRanges && _judged.Contains(from, to);

    /// <summary>Enters a range as judged; what of it had been given up as lost no longer is.</summary>
    public void Judge(long from, long to)
    {
        if (!Mechanisms.PositionRanges)
        {
            (from, to) = (_judged.End, _judged.End + to - from);
        }

        _judged.Add(from, to);
        if (_accounted.Add(from, to) < to - from)
        {
            RemoveLost(from, to);
        }

        Fold();
    }

    /// <summary>Enters what of a range has not been entered before as lost.</summary>
    /// <returns>How many events that are.</returns>
    public long Lose(long from, long to, string reason)
    {
        long lost = 0;
        foreach (var (gapFrom, gapTo) in _accounted.GapsBelow(to).Where(g => g.To > from).ToList())
        {
            var start = Math.Max(gapFrom, from);
            _accounted.Add(start, gapTo);
            lost += gapTo - start;
            _lostSinceTold = true;
            if (_lost.Count > 0 && _lost[^1].To == start && _lost[^1].Reason == reason)
            {
                _lost[^1] = _lost[^1] with { To = gapTo };
            }
            else
            {
                _lost.Add(new LossRange(start, gapTo, reason));
            }
        }

        Fold();
        return lost;
    }

    /// <summary>Whether anything below <paramref name="settled"/> has neither been judged nor lost.</summary>
    public bool HasHolesBelow(long settled) => settled > 0 && !_accounted.Contains(0, settled);

    private void RemoveLost(long from, long to)
    {
        for (var i = _lost.Count - 1; i >= 0; i--)
        {
            var loss = _lost[i];
            if (loss.To <= from || to <= loss.From)
            {
                continue;
            }

            _lost.RemoveAt(i);
            if (loss.To > to)
            {
                _lost.Insert(i, loss with { From = to });
            }

            if (loss.From < from)
            {
                _lost.Insert(i, loss with { To = from });
            }
        }
    }

    private void Fold()
    {
        if (_judged.Ranges.Count + _lost.Count <= MaxRanges)
        {
            return;
        }

        var limit = _accounted.Contiguous;
        var judged = new OffsetRanges();
        var at = _judged.CountBelow(limit);
        judged.Add(0, at);
        foreach (var (from, to) in _judged.Ranges)
        {
            judged.Add(Math.Max(from, limit), to);
        }

        var lost = new List<LossRange>();
        foreach (var reason in _lost.Where(l => l.To <= limit).GroupBy(l => l.Reason, StringComparer.Ordinal))
        {
            var count = reason.Sum(l => l.Count);
            lost.Add(new LossRange(at, at + count, reason.Key));
            at += count;
        }

        lost.AddRange(_lost.Where(l => l.To > limit));
        _judged = judged;
        _lost.Clear();
        _lost.AddRange(lost);
    }
}
