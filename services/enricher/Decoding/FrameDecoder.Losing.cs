using System.Text;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Enricher.Decoding;

/// <content>What is lost, told as an event where it is missing.</content>
public sealed partial class FrameDecoder
{
    private static readonly ulong NoContainer = Hash.Of([]);

    /// <summary>
    /// Tells a loss as an event of the node, if somebody wants to hear of losses. It has the position of the first record that is
    /// missing; one that ended with its collector, of which nobody knows how much it had, has a count of 0.
    /// </summary>
    /// <param name="loss">The loss.</param>
    private void Tell(LossRange loss)
    {
        if (!_header.Selected.Contains(EventIds.LostEvents) || _told.IsDerivedAhead(loss.From, EventIds.LostEvents, NoContainer))
        {
            return;
        }

        _context = new EventContext
        {
            EventId = EventIds.LostEvents,
            Cpu = RecordLimits.CpuCollector,
            Sequence = (ulong)loss.From,
            Position = loss.From,
            Timestamp = _at.Time,
            Syscall = -1,
            ProcessName = OwnName,
            HostName = new Utf8Text(_hostName),
        };
        var writer = BeginEvent(0, EventCatalog.Find(EventIds.LostEvents)!);
        _writer = null;
        writer.Text(Encoding.UTF8.GetBytes(_header.Node));
        writer.Number(loss.From);
        writer.Number(loss.To);
        writer.Number(loss.Count);
        writer.Text(Encoding.UTF8.GetBytes(loss.Reason));
        _tally.Derived++;
    }

    // Those before the frame, at the time of its first record.
    private void TellAll(IReadOnlyList<LossRange> losses)
    {
        var records = _records.Span;
        if (losses.Count > 0 && RecordReader.TryOpen(ref records, out var reader) == RecordStatus.Ok)
        {
            _at = new Moment(new StorePosition(_load, _header.FirstOffset), (long)reader.Head.Time + _header.BootEpoch);
        }

        for (var i = 0; i < losses.Count; i++)
        {
            if (losses[i].To > _told.Below || (losses[i].Count == 0 && losses[i].From >= _told.Below))
            {
                Tell(losses[i] with { From = Math.Max(losses[i].From, _told.Below) });
            }
        }
    }
}
