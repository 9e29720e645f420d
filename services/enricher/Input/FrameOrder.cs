using TraceeMesh.Contracts.Ledger;

namespace TraceeMesh.Enricher.Input;

/// <summary>
/// Puts the raw frames of one load into the order of their offsets. A frame that comes twice is passed over; a hole before a
/// frame is waited for until a frame says that everything below the hole's end is settled: then it is lost, and named.
/// </summary>
public sealed class FrameOrder
{
    /// <summary>Frames that wait for a hole to be filled; beyond it the hole is given up, and lost.</summary>
    public const int MaxWaiting = 256;

    private readonly SortedList<long, RawFrame> _waiting = [];
    private readonly List<LossRange> _losses = [];
    private string? _gap;
    private long _settled;

    /// <summary>Every offset below this was handed out or given up.</summary>
    public long Next { get; private set; }

    /// <summary>Frames that wait.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Starts over at an offset. No frame may be waiting.</summary>
    public void Begin(long next)
    {
        Next = next;
        _settled = 0;
        _gap = null;
    }

    /// <summary>Says that a frame could not be read: what is missing then is lost with that frame.</summary>
    public void UnreadableFrame() => _gap = LossReasons.BadFrame;

    /// <summary>Takes a frame in.</summary>
    /// <returns>False for one that came before; the caller keeps it.</returns>
    public bool TryAdd(RawFrame frame)
    {
        var header = frame.Header;
        _gap = frame.Gap ?? _gap;
        _settled = Math.Max(_settled, header.Settled);
        if (header.Count > 0 ? header.EndOffset <= Next : header.FirstOffset < Next)
        {
            return false;
        }

        // Of two that begin alike the longer one has it all.
        if (_waiting.TryGetValue(header.FirstOffset, out var other))
        {
            if (other.Header.Count >= header.Count)
            {
                return false;
            }

            other.Dispose();
        }

        _waiting[header.FirstOffset] = frame;
        return true;
    }

    /// <summary>Hands out the next frame, if everything before it is known.</summary>
    /// <param name="losses">What is lost before it, in order; valid until the next call.</param>
    /// <param name="giveUp">Do not wait for holes any longer: the load has ended.</param>
    public RawFrame? TryTake(out IReadOnlyList<LossRange> losses, bool giveUp = false)
    {
        _losses.Clear();
        losses = _losses;
        if (_waiting.Count == 0)
        {
            return null;
        }

        var frame = _waiting.Values[0];
        var end = frame.Header.FirstOffset;
        if (end > Next && !TryNameHole(frame, end, giveUp || _waiting.Count > MaxWaiting))
        {
            return null;
        }

        if (_waiting.Count == 1)
        {
            _gap = null;
        }

        _waiting.RemoveAt(0);
        Next = Math.Max(Next, frame.Header.EndOffset);
        return frame;
    }

    // What the frame declares is lost for the declared reason; the rest of the hole waits, or is lost with its frames.
    private bool TryNameHole(RawFrame frame, long end, bool giveUp)
    {
        var at = Next;
        foreach (var declared in Sorted(frame.Header.Losses))
        {
            var from = Math.Max(declared.From, at);
            var to = Math.Min(declared.To, end);
            if (from < to)
            {
                AddLost(at, from, null);
                AddLost(from, to, Accounting.NodeBooks.Known(declared.Reason));
                at = to;
            }
        }

        AddLost(at, end, null);
        var waits = false;
        foreach (var loss in _losses)
        {
            waits |= loss.Reason.Length == 0 && loss.To > _settled;
        }

        if (waits && !giveUp)
        {
            _losses.Clear();
            return false;
        }

        for (var i = 0; i < _losses.Count; i++)
        {
            if (_losses[i].Reason.Length == 0)
            {
                _losses[i] = _losses[i] with { Reason = _gap ?? (waits ? LossReasons.Unknown : LossReasons.StreamDeleted) };
            }
        }

        return true;
    }

    private void AddLost(long from, long to, string? reason)
    {
        if (from < to)
        {
            _losses.Add(new LossRange(from, to, reason ?? ""));
        }
    }

    private static IEnumerable<LossRange> Sorted(IReadOnlyList<LossRange> losses)
    {
        for (var i = 1; i < losses.Count; i++)
        {
            if (losses[i].From < losses[i - 1].From)
            {
                return losses.OrderBy(l => l.From);
            }
        }

        return losses;
    }
}
