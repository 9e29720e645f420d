using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using TraceeMesh.Bus;
using TraceeMesh.Collector.Consumers;
using TraceeMesh.Collector.Kernel;
using TraceeMesh.Collector.Snapshot;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Collector.Framing;

/// <summary>
/// Takes the ring's records into frames and the frames to the publisher. The programs wake nobody, so the ring is looked at
/// every millisecond; its consumer position follows the acknowledgements, so what a full bus cannot take stays in the ring, and
/// what the ring cannot take the kernel counts. Each frame is noted in the journal before it is sent, so that a collector that
/// follows sends it again as it was. One caller.
/// </summary>
public sealed class RingDrain : IDisposable
{
    /// <summary>How often the ring is looked at.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(1);

    private readonly Ring _ring;
    private readonly CpuAccounts _accounts;
    private readonly Journal _journal;
    private readonly FramePublisher _publisher;
    private readonly RawFrameBuilder _builder;
    private readonly DropAccount _drops;
    private readonly CgroupSnapshot _cgroups = new();
    private readonly TimeProvider _time;
    private readonly BootEpoch _bootEpoch;
    private readonly string _subject;
    private readonly Queue<(long EndOffset, long RingPosition, long JournalPosition, Activity? Span)> _unsettled = new();
    private readonly Queue<OutgoingFrame> _closed = new();
    private JournalNotes _notes;
    private EventSet _selected = new();
    private bool _environment;
    private bool _ownRecords; // the open frame holds records that are not in the ring
    private ulong _firstRecordAt;
    private long _lastFrameAt;
    private long _lastAudit;

    /// <summary>A drain of one load; of one that was drained before it goes on where that ended.</summary>
    /// <exception cref="InvalidDataException">What was noted of the load contradicts its ring.</exception>
    public RingDrain(LoadMemory load, FramePublisher publisher, RawFrameHeader template, string subject, TimeProvider time)
    {
        (_ring, _accounts, _journal) = load;
        _publisher = publisher;
        _builder = new RawFrameBuilder(template);
        _drops = new DropAccount(_accounts.Dropped);
        _subject = subject;
        _time = time;
        _lastFrameAt = _lastAudit = time.GetTimestamp();
        _bootEpoch = new BootEpoch(time, BootClock.Now);
        _notes = _journal.Notes;
        Restore();
    }

    /// <summary>Frames handed to the publisher.</summary>
    public long Frames { get; private set; }

    /// <summary>Offset of the next record.</summary>
    public long NextOffset => _builder.NextOffset;

    /// <summary>Records of this load so far, dropped ones and the collector's own included.</summary>
    public long Produced => (long)_accounts.Produced() + _cgroups.Written;

    /// <summary>Frames of the load that were sent again, since a collector before this one may not have seen them acknowledged.</summary>
    public int Resumed { get; private set; }

    /// <summary>What the last frame said consumers want.</summary>
    public EventSet Selected => _selected;

    /// <summary>Whether the environment of execs was wanted with it.</summary>
    public bool WithEnvironment => _environment;

    /// <summary>Cgroup directories that the snapshot had no room for.</summary>
    public long CgroupsOmitted => _cgroups.Omitted;

    /// <summary>One look at the ring: takes what is there, closes what is due, releases what is settled.</summary>
    /// <param name="selected">What consumers want now; a change closes the open frame, so that one frame has one selection.</param>
    /// <param name="environment">Whether they want the environment of execs.</param>
    /// <param name="cancellation">Gives up waiting for room in the publisher's window.</param>
    public async ValueTask DrainAsync(EventSet selected, bool environment, CancellationToken cancellation)
    {
        await MakeRoomAsync(cancellation);
        _environment = environment;
        if (!selected.Equals(_selected))
        {
            CloseUnlessEmpty();
            _selected = selected;
        }

        // A frame's worth at a time, so that a full window is waited for before more is taken.
        bool more;
        do
        {
            more = TakeBatch();
            await MakeRoomAsync(cancellation);
        }
        while (more);

        Audit();
        CloseWhatIsDue();
        await SendClosedAsync(cancellation);
        Release();
    }

    /// <summary>Tells of every cgroup that exists.</summary>
    public async ValueTask SnapshotCgroupsAsync(CancellationToken cancellation)
    {
        await MakeRoomAsync(cancellation);
        CloseUnlessEmpty();
        _ownRecords = true;
        foreach (var record in _cgroups.Records(CgroupMount.Read(), BootClock.Now()))
        {
            Add(record.Span);
            if (_builder.IsFull)
            {
                CloseUnlessEmpty();
                await MakeRoomAsync(cancellation);
            }
        }

        CloseUnlessEmpty();
        _ownRecords = false;
        await SendClosedAsync(cancellation);
    }

    /// <summary>Closes the books of the load: the programs must be silent.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellation)
    {
        do
        {
            await MakeRoomAsync(cancellation);
        }
        while (TakeBatch());

        await MakeRoomAsync(cancellation);
        DeclareDrops();
        CloseUnlessEmpty();
        Close(_ring.ReadPosition, final: true);
        await SendClosedAsync(cancellation);
        await _publisher.DrainAsync(cancellation);
        Release();
    }

    /// <inheritdoc/>
    public void Dispose() => _builder.Dispose();

    // What the collector before this one did not see settled is sent again, byte by byte; the rest of the ring is framed as ever.
    private void Restore()
    {
        _builder.Restore(_notes.NextOffset, _notes.Declared);
        _drops.Restore(_notes.Declared);
        _cgroups.Restore(_notes.OwnRecords);
        _ = EventSet.TryParse(_notes.Selected, out _selected);
        _environment = _notes.Environment != 0;
        if (_notes.Frames > 0)
        {
            _bootEpoch.Restore(_notes.BootEpoch);
        }

        foreach (var entry in _journal.Unsettled())
        {
            var buffer = ArrayPool<byte>.Shared.Rent(entry.Encoded.Length + entry.RecordBytes);
            entry.Encoded.CopyTo(buffer);
            var length = entry.Encoded.Length;
            if (entry.RingEnd > entry.RingStart)
            {
                _ring.ReadFrom(entry.RingStart);
                length += ReadRecords(entry, buffer.AsSpan(length, entry.RecordBytes));
            }

            _closed.Enqueue(new OutgoingFrame(_subject, entry.MessageId, buffer, length, entry.FirstOffset, entry.EndOffset));
            _unsettled.Enqueue((entry.EndOffset, entry.RingEnd, entry.End, null));
            Resumed++;
        }

        _ring.ReadFrom(Math.Max(_notes.RingPosition, _ring.ReadPosition));
    }

    private int ReadRecords(in JournalEntry entry, Span<byte> records)
    {
        var length = 0;
        while (length < records.Length && _ring.TryRead(out var record) && record.Length <= records.Length - length)
        {
            record.CopyTo(records[length..]);
            length += record.Length;
        }

        return length == records.Length && _ring.ReadPosition <= entry.RingEnd
            ? length
            : throw new InvalidDataException($"frame {entry.MessageId} is noted with {records.Length} bytes of records, and the ring has {length}");
    }

    /// <summary>Takes records until the ring is empty or a frame was closed. Returns whether there may be more.</summary>
    private bool TakeBatch()
    {
        var before = _ring.ReadPosition;
        while (_ring.TryRead(out var record))
        {
            ref readonly var head = ref MemoryMarshal.AsRef<RecordHead>(record);
            if (_drops.IsBehind(in head))
            {
                CloseUnlessEmpty(before);
                DeclareDrops(head.Cpu, before);
            }

            Add(record);
            before = _ring.ReadPosition;
            if (_builder.IsFull)
            {
                Close(before);
            }

            if (_closed.Count > 0)
            {
                return true;
            }
        }

        return false;
    }

    private void Add(ReadOnlySpan<byte> record)
    {
        if (_builder.Count == 0)
        {
            _firstRecordAt = MemoryMarshal.AsRef<RecordHead>(record).Time;
        }

        _builder.Add(record);
    }

    // Drops with no later record of their CPU behind them would otherwise stay untold.
    private void Audit()
    {
        var now = _time.GetTimestamp();
        if (_time.GetElapsedTime(_lastAudit, now) < Limits.SilenceInterval)
        {
            return;
        }

        _lastAudit = now;
        _bootEpoch.Follow();
        DeclareDrops();
    }

    private void DeclareDrops()
    {
        for (var cpu = 0; cpu < _accounts.Cpus; cpu++)
        {
            DeclareDrops(cpu, _ring.ReadPosition);
        }
    }

    private void DeclareDrops(int cpu, long ringPosition)
    {
        for (var reason = (DropReason)0; (int)reason < RecordLimits.DropReasons; reason++)
        {
            var count = _drops.Declare(cpu, reason);
            if (count > 0)
            {
                if (!_builder.CanLose)
                {
                    Close(ringPosition);
                }

                _builder.Lose(count, reason);
            }
        }
    }

    private void CloseWhatIsDue()
    {
        if (_builder.Count > 0)
        {
            // The next look comes an interval later: a frame that would be too old by then is closed now.
            if (BootClock.Now() + Nanoseconds(Interval) >= _firstRecordAt + Nanoseconds(Limits.RawFrameAge))
            {
                Close(_ring.ReadPosition);
            }
        }
        else if (_builder.HasLosses || _time.GetElapsedTime(_lastFrameAt) >= Limits.SilenceInterval)
        {
            Close(_ring.ReadPosition);
        }
    }

    private void CloseUnlessEmpty() => CloseUnlessEmpty(_ring.ReadPosition);

    private void CloseUnlessEmpty(long ringPosition)
    {
        if (_builder.Count > 0)
        {
            Close(ringPosition);
        }
    }

    private void Close(long ringPosition, bool final = false)
    {
        var recordBytes = _builder.Length;
        var encoded = _builder.Close(Math.Max(_publisher.Settled, _journal.Settled), _bootEpoch.Nanoseconds, _selected, final, out var header);
        var id = RawFrameBuilder.MessageId(header, _notes.Frames);
        var position = Note(header, id, ringPosition, recordBytes, encoded);
        var buffer = ArrayPool<byte>.Shared.Rent(encoded.Length);
        encoded.CopyTo(buffer);
        var span = header.Count > 0 ? Trace(header) : null;
        _closed.Enqueue(new OutgoingFrame(_subject, id, buffer, encoded.Length, header.FirstOffset, header.EndOffset, MeshTrace.HeaderOf(span)));
        _unsettled.Enqueue((header.EndOffset, ringPosition, position, span));
        _lastFrameAt = _time.GetTimestamp();
    }

    private Activity? Trace(RawFrameHeader header)
    {
        var span = MeshTrace.Begin(header.LoadId, header.FirstOffset, DateTimeOffset.UnixEpoch.AddTicks(((long)_firstRecordAt + header.BootEpoch) / TimeSpan.NanosecondsPerTick));
        return span?
            .SetTag("messaging.system", "nats")
            .SetTag("messaging.destination.name", _subject)
            .SetTag("messaging.operation.type", "send")
            .SetTag("messaging.batch.message_count", header.Count)
            .SetTag(SpanTags.Node, header.Node)
            .SetTag(SpanTags.Load, header.LoadId.ToString("x8", CultureInfo.InvariantCulture))
            .SetTag(SpanTags.Offset, header.FirstOffset);
    }

    private long Note(RawFrameHeader header, string id, long ringPosition, int recordBytes, ReadOnlyMemory<byte> encoded)
    {
        // Records of its own are behind no position of the ring, so they are noted with the frame.
        var inRing = !_ownRecords && recordBytes > 0;
        var entry = new JournalEntry(
            id,
            header.FirstOffset,
            header.EndOffset,
            inRing ? _notes.RingPosition : ringPosition,
            ringPosition,
            inRing ? recordBytes : 0,
            inRing ? encoded[..^recordBytes] : encoded,
            End: 0);
        _notes.NextOffset = header.EndOffset;
        _notes.RingPosition = ringPosition;
        _notes.OwnRecords = _cgroups.Written;
        _notes.BootEpoch = _bootEpoch.Nanoseconds;
        _notes.Environment = _environment ? 1u : 0u;
        _notes.Frames++;
        _selected.Bytes.CopyTo(_notes.Selected);
        _drops.Declared.CopyTo(_notes.Declared);
        return _journal.Append(in entry, ref _notes);
    }

    // Called wherever there is time to wait: what is closed in between always finds room.
    private async ValueTask MakeRoomAsync(CancellationToken cancellation)
    {
        await SendClosedAsync(cancellation);
        Release();
        if (_journal.Free < Journal.Reserve)
        {
            await _publisher.DrainAsync(cancellation);
            Release();
        }
    }

    private async ValueTask SendClosedAsync(CancellationToken cancellation)
    {
        while (_closed.TryPeek(out var frame))
        {
            await _publisher.EnqueueAsync(frame, cancellation);
            _closed.Dequeue();
            Frames++;
        }
    }

    private void Release()
    {
        var settled = _publisher.Settled;
        long? position = null;
        long journal = 0;
        while (_unsettled.TryPeek(out var frame) && frame.EndOffset <= settled)
        {
            (position, journal) = (frame.RingPosition, frame.JournalPosition);
            frame.Span?.Dispose();
            _unsettled.Dequeue();
        }

        // The journal first: its entries are found as long as their records are.
        if (position is { } released)
        {
            _journal.Release(journal, settled);
            _ring.Release(released);
        }
    }

    private static ulong Nanoseconds(TimeSpan span) => (ulong)span.Ticks * TimeSpan.NanosecondsPerTick;
}
