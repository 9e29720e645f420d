using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Enricher.Accounting;

/// <summary>
/// The events of frames that are stored behind the frame from which an enricher goes on, known by their record and kind: those
/// frames lack a companion that never came to be stored. When their records are read again, these events are not told again.
/// </summary>
public sealed class StoredAhead
{
    /// <summary>No such frame is stored.</summary>
    public static readonly StoredAhead Nothing = new();

    private readonly HashSet<long> _records = [];
    private readonly HashSet<(long Offset, int EventId, ulong Container)> _derived = [];

    /// <summary>Takes note of an event of such a frame.</summary>
    public void Add(in EventContext context)
    {
        if (context.EventId is EventIds.ContainerCreate or EventIds.ContainerRemove or EventIds.ExistingContainer or EventIds.ContainerEnriched or EventIds.LostEvents)
        {
            _derived.Add((context.Position, context.EventId, Hash.Of(context.ContainerId.Bytes)));
        }
        else
        {
            _records.Add(context.Position);
        }
    }

    /// <summary>Whether the event of a record is stored.</summary>
    public bool Has(long offset) => _records.Contains(offset);

    /// <summary>Whether an event derived from a record is stored.</summary>
    /// <param name="offset">The record.</param>
    /// <param name="eventId">Which event.</param>
    /// <param name="container">Hash of its container's id.</param>
    public bool HasDerived(long offset, int eventId, ulong container) => _derived.Contains((offset, eventId, container));
}
