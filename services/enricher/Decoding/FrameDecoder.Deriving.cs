using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Enricher.Containers;

namespace TraceeMesh.Enricher.Decoding;

/// <content>Events made from others.</content>
public sealed partial class FrameDecoder
{
    // Process name of events that no process of the host caused, as Tracee has it.
    private static readonly Utf8Text OwnName = Utf8Text.From("tracee");

    /// <summary>Derives the event that says what came too late for events of a container. The caller holds <see cref="NodeStores.Gate"/>.</summary>
    /// <param name="container">The container.</param>
    /// <param name="header">Header of the last frame.</param>
    /// <param name="position">Position as of which it is known.</param>
    public void DeriveEnriched(Container container, RawFrameHeader header, long position)
    {
        _header = header;
        _at = _at with { Position = new StorePosition(_load, position) };
        _derives = true;
        DescribeOwn(container.Cpu, container.Sequence);
        Derive(EventIds.ContainerEnriched, container, NoOffset);
    }

    private const long NoOffset = -1;

    /// <summary>Everything about an event that is nobody's.</summary>
    private void DescribeOwn(int cpu, ulong sequence)
    {
        _context = new EventContext
        {
            Cpu = cpu,
            Sequence = sequence,
            Position = _at.Position.Offset,
            Timestamp = _at.Time,
            Syscall = -1,
            ProcessName = OwnName,
            HostName = new Utf8Text(_hostName),
        };
    }

    private void Derive(int eventId, Container container) => Derive(eventId, container, _at.Position.Offset);

    // A derived event belongs to its container, and waits in its queue: nothing of the container comes before its creation,
    // nothing behind its removal.
    private void Derive(int eventId, Container container, long offset)
    {
        if (!_derives || _told.IsDerivedAhead(offset, eventId, container.Key))
        {
            return;
        }

        _context.EventId = eventId;
        _context.ContainerId = container.Id;
        _context.Flags = container.Started ? ContextFlags.ContainerStarted : ContextFlags.None;
        parking.AddDerived(container, in _context, EventCatalog.Find(eventId)!, offset, _header.Selected.Contains(eventId));
    }
}
