using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Detector.Engine;

/// <content>Reading: once over the frame, which finds what is wanted and passes over the rest unread, then that, event by event.</content>
public sealed partial class FrameJudge
{
    // What is wanted of the frame, each with the number of events before it.
    private readonly List<(EventCursor At, int Number, SelectionPlan Plan)> _wanted = [];
    private int _next;
    private int _passed;
    private FrameStatus _end;

    /// <summary>Finds what is wanted and gathers what is declared to be asked.</summary>
    /// <param name="events">All of the frame.</param>
    /// <returns>The frame as whose events are asked; null where nothing is.</returns>
    private EventFrameHeader? LookOver(EventCursor events)
    {
        EventFrameHeader? asking = null;
        for (_passed = 0; ; _passed++)
        {
            _end = events.TryPeekId(out var id) && _index.IsWanted(id) == Wanted.Nowhere ? events.TrySkip() : LookAt(ref events, ref asking);
            if (_end is not (FrameStatus.Ok or FrameStatus.UnknownEvent))
            {
                return asking;
            }
        }
    }

    private FrameStatus LookAt(ref EventCursor events, ref EventFrameHeader? asking)
    {
        var status = events.TryPeek(out var id, out var origin);
        if (status == FrameStatus.UnknownEvent)
        {
            _parts.Counters.EventsUnknown.Add();
            events.Skip();
        }
        else if (status == FrameStatus.Ok)
        {
            if (_index.Find(id, origin) is not { } plan)
            {
                events.Skip();
                return status;
            }

            _wanted.Add((events, _passed, plan));
            if (!plan.Declares)
            {
                events.Skip();
                return status;
            }

            status = events.TryRead(_ahead);
            if (status == FrameStatus.Ok)
            {
                asking = _ahead.Frame;
                Gather(plan);
            }
        }

        return status;
    }

    /// <summary>Reads the next event that is wanted; at the end says how the frame ended.</summary>
    private FrameStatus TryReadWanted(out SelectionPlan? plan)
    {
        plan = null;
        if (_next == _wanted.Count)
        {
            _judged = _passed;
            return _end;
        }

        (var events, _judged, var found) = _wanted[_next++];
        var status = events.TryRead(_event);
        if (status == FrameStatus.Ok)
        {
            plan = _told.Has(in _event.Context) ? Repeated() : found;
        }

        return status;
    }

    private SelectionPlan? Repeated()
    {
        _parts.Counters.EventsRepeated.Add();
        return null;
    }
}
