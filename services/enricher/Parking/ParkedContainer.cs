using TraceeMesh.Enricher.Containers;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Enricher.Parking;

/// <summary>The events of one container that wait, in their order.</summary>
/// <param name="container">The container.</param>
/// <param name="due">When they go on at the latest, a timestamp of the clock.</param>
public sealed class ParkedContainer(Container container, long due) : IDisposable
{
    private readonly List<ParkedEvent> _events = [];

    /// <summary>The container.</summary>
    public Container Container { get; } = container;

    /// <summary>When they go on at the latest, a timestamp of the clock.</summary>
    public long Due { get; } = due;

    /// <summary>Their encoding.</summary>
    public EventWriter Writer { get; } = new();

    /// <summary>The events.</summary>
    public IReadOnlyList<ParkedEvent> Events => _events;

    /// <summary>Whether they need not wait any longer.</summary>
    public bool Ready { get; internal set; }

    /// <summary>Adds the event written last. The event of a record is complete only when the next one begins, so its end is set then.</summary>
    internal void Add(long offset, int derived, bool selected)
    {
        CloseLast(Writer.Last.Start);
        _events.Add(new ParkedEvent(offset, derived, selected, Writer.Last, -1));
    }

    /// <summary>Sets the end of the last event: nothing more is written to it.</summary>
    /// <param name="before">Where the next one begins.</param>
    internal void CloseLast(int before)
    {
        if (_events.Count > 0 && _events[^1].End < 0)
        {
            _events[^1] = _events[^1] with { End = before };
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Writer.Dispose();
}
