namespace TraceeMesh.Detector.Findings;

/// <summary>
/// The losses of one node that were told in the last seconds, so that each finding can say what it may have missed. Losses
/// told within one second are kept as one, so it never holds more than the window has seconds.
/// </summary>
/// <param name="time">The clock; a loss counts from the moment it is told.</param>
/// <param name="length">How long a loss is told on.</param>
public sealed class LossWindow(TimeProvider time, TimeSpan length)
{
    /// <summary>The usual length.</summary>
    public static readonly TimeSpan DefaultLength = TimeSpan.FromSeconds(10);

    private readonly Queue<Second> _seconds = new();
    private Second? _last;
    private Completeness? _summary;

    /// <summary>Tells a loss.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="count">How many events.</param>
    /// <param name="from">First position concerned.</param>
    /// <param name="to">Position behind the last.</param>
    public void Tell(string reason, long count, long from, long to)
    {
        var now = time.GetTimestamp();
        if (_last is null || time.GetElapsedTime(_last.Begin, now) >= TimeSpan.FromSeconds(1))
        {
            _last = new Second(now);
            _seconds.Enqueue(_last);
        }

        _last.Add(reason, count, from, to);
        _summary = null;
    }

    /// <summary>What is missing now.</summary>
    public Completeness Read()
    {
        if (_last is null)
        {
            return Completeness.Complete;
        }

        while (_seconds.TryPeek(out var oldest) && time.GetElapsedTime(oldest.Begin) > length)
        {
            _seconds.Dequeue();
            _summary = null;
        }

        if (_seconds.Count == 0)
        {
            _last = null;
            return Completeness.Complete;
        }

        return _summary ??= Summarise();
    }

    private Completeness Summarise()
    {
        var all = new Second(0);
        foreach (var second in _seconds)
        {
            all.Add(second);
        }

        return new(all.Reasons.Values.Sum(), [.. all.Reasons], all.From, all.To);
    }

    private sealed class Second(long begin)
    {
        public long Begin => begin;

        public SortedDictionary<string, long> Reasons { get; } = new(StringComparer.Ordinal);

        public long From { get; private set; } = long.MaxValue;

        public long To { get; private set; }

        public void Add(string reason, long count, long from, long to)
        {
            Reasons[reason] = Reasons.GetValueOrDefault(reason) + count;
            From = Math.Min(From, from);
            To = Math.Max(To, to);
        }

        public void Add(Second other)
        {
            foreach (var (reason, count) in other.Reasons)
            {
                Add(reason, count, other.From, other.To);
            }
        }
    }
}
