using TraceeMesh.Contracts;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Detector.Engine;

/// <content>Reading what is wanted, and nothing else.</content>
public sealed partial class FrameJudge
{
    /// <summary>Reads the next event if anybody wants it, and passes over it if nobody does.</summary>
    private FrameStatus TryReadWanted(out SelectionPlan? plan)
    {
        plan = null;
        var wanted = _cursor.TryPeekId(out var id) ? _index.IsWanted(id) : Wanted.Unknown;
        if (wanted == Wanted.Nowhere)
        {
            return _cursor.TrySkip();
        }

        if (wanted != Wanted.Everywhere && !IsWantedThere(out var passed))
        {
            return passed;
        }

        var status = _cursor.TryRead(_event);
        if (status == FrameStatus.Ok)
        {
            plan = _told.Has(in _event.Context) ? Repeated() : _index.Find(id, _event.Origin);
        }

        return status;
    }

    private SelectionPlan? Repeated()
    {
        _parts.Counters.EventsRepeated.Add();
        return null;
    }

    /// <summary>Looks where the next event happened, and passes over it if nobody wants it there. <paramref name="status"/> then says how that went.</summary>
    private bool IsWantedThere(out FrameStatus status)
    {
        status = _cursor.TryPeek(out var id, out var origin);
        if (status is not (FrameStatus.Ok or FrameStatus.UnknownEvent))
        {
            return false;
        }

        if (status == FrameStatus.UnknownEvent)
        {
            _parts.Counters.EventsUnknown.Add();
        }
        else if (_index.Find(id, origin) is not null)
        {
            return true;
        }

        _cursor.Skip();
        return false;
    }
}
