using System.Buffers;
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
/// what the ring cannot take the kernel counts. One caller.
/// </summary>
public sealed class RingDrain : IDisposable
{
    /// <summary>How often the ring is looked at.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(1);

    private readonly KernelPrograms _kernel;
    private readonly FramePublisher _publisher;
    private readonly RawFrameBuilder _builder;
    private readonly DropAccount _drops;
    private readonly CgroupSnapshot _cgroups = new();
    private readonly TimeProvider _time;
    private readonly BootEpoch _bootEpoch;
    private readonly string _subject;
    private readonly Queue<(long EndOffset, long RingPosition)> _unsettled = new();
    private readonly Queue<OutgoingFrame> _closed = new();
    private EventSet _selected = new();
    private ulong _firstRecordAt;
    private long _lastFrameAt;
    private long _lastAudit;
    private long _silences;

    /// <summary>A drain of one load.</summary>
    public RingDrain(KernelPrograms kernel, FramePublisher publisher, RawFrameHeader template, string subject, TimeProvider time)
    {
        _kernel = kernel;
        _publisher = publisher;
        _builder = new RawFrameBuilder(template);
        _drops = new DropAccount(kernel.Accounts.Dropped);
        _subject = subject;
        _time = time;
        _lastFrameAt = _lastAudit = time.GetTimestamp();
        _bootEpoch = new BootEpoch(time, BootClock.Now);
    }

    /// <summary>Frames handed to the publisher.</summary>
    public long Frames { get; private set; }

    /// <summary>Offset of the next record.</summary>
    public long NextOffset => _builder.NextOffset;

    /// <summary>Records of this load so far, dropped ones and the collector's own included.</summary>
    public long Produced => (long)_kernel.Accounts.Produced() + _cgroups.Written;

    /// <summary>Cgroup directories that the snapshot had no room for.</summary>
    public long CgroupsOmitted => _cgroups.Omitted;

    /// <summary>One look at the ring: takes what is there, closes what is due, releases what is settled.</summary>
    /// <param name="selected">What consumers want now; a change closes the open frame, so that one frame has one selection.</param>
    /// <param name="cancellation">Gives up waiting for room in the publisher's window.</param>
    public async ValueTask DrainAsync(EventSet selected, CancellationToken cancellation)
    {
        _kernel.Switches.MarkDrained(BootClock.Now());
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
            await SendClosedAsync(cancellation);
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
        _cgroups.Write(CgroupMount.Read(), BootClock.Now(), record =>
        {
            Add(record.Span);
            if (_builder.IsFull)
            {
                Close(_kernel.Ring.ReadPosition);
            }
        });
        await SendClosedAsync(cancellation);
    }

    /// <summary>Closes the books of the load: the programs must be silent.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellation)
    {
        while (TakeBatch())
        {
            await SendClosedAsync(cancellation);
        }

        DeclareDrops();
        CloseUnlessEmpty();
        Close(_kernel.Ring.ReadPosition, final: true);
        await SendClosedAsync(cancellation);
        await _publisher.DrainAsync(cancellation);
        Release();
    }

    /// <inheritdoc/>
    public void Dispose() => _builder.Dispose();

    /// <summary>Takes records until the ring is empty or a frame was closed. Returns whether there may be more.</summary>
    private bool TakeBatch()
    {
        var before = _kernel.Ring.ReadPosition;
        while (_kernel.Ring.TryRead(out var record))
        {
            ref readonly var head = ref MemoryMarshal.AsRef<RecordHead>(record);
            if (_drops.IsBehind(in head))
            {
                CloseUnlessEmpty(before);
                DeclareDrops(head.Cpu);
            }

            Add(record);
            before = _kernel.Ring.ReadPosition;
            if (_builder.IsFull)
            {
                Close(before);
                return true;
            }
        }

        return _closed.Count > 0;
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
        for (var cpu = 0; cpu < _kernel.Accounts.Cpus; cpu++)
        {
            DeclareDrops(cpu);
        }
    }

    private void DeclareDrops(int cpu)
    {
        for (var reason = (DropReason)0; (int)reason < RecordLimits.DropReasons; reason++)
        {
            var count = _drops.Declare(cpu, reason);
            if (count > 0)
            {
                if (!_builder.CanLose)
                {
                    Close(_kernel.Ring.ReadPosition);
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
                Close(_kernel.Ring.ReadPosition);
            }
        }
        else if (_builder.HasLosses || _time.GetElapsedTime(_lastFrameAt) >= Limits.SilenceInterval)
        {
            Close(_kernel.Ring.ReadPosition);
        }
    }

    private void CloseUnlessEmpty() => CloseUnlessEmpty(_kernel.Ring.ReadPosition);

    private void CloseUnlessEmpty(long ringPosition)
    {
        if (_builder.Count > 0)
        {
            Close(ringPosition);
        }
    }

    private void Close(long ringPosition, bool final = false)
    {
        var encoded = _builder.Close(_publisher.Settled, _bootEpoch.Nanoseconds, _selected, final, out var header);
        var buffer = ArrayPool<byte>.Shared.Rent(encoded.Length);
        encoded.CopyTo(buffer);
        _closed.Enqueue(new OutgoingFrame(_subject, RawFrameBuilder.MessageId(header, _silences++), buffer, encoded.Length, header.FirstOffset, header.EndOffset));
        _unsettled.Enqueue((header.EndOffset, ringPosition));
        _lastFrameAt = _time.GetTimestamp();
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
        while (_unsettled.TryPeek(out var frame) && frame.EndOffset <= settled)
        {
            position = frame.RingPosition;
            _unsettled.Dequeue();
        }

        if (position is { } released)
        {
            _kernel.Ring.Release(released);
        }
    }

    private static ulong Nanoseconds(TimeSpan span) => (ulong)span.Ticks * TimeSpan.NanosecondsPerTick;
}
