using System.Runtime.CompilerServices;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Records;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Capture;

/// <summary>
/// Cuts a capture down to what one process and its descendants did, so that it is small and tells of nobody else: the records that
/// those processes wrote, and the mark that the snapshot is whole. Positions are counted anew.
/// </summary>
public static class CaptureTrimmer
{
    /// <summary>Writes the rest.</summary>
    /// <param name="capture">The capture, without losses.</param>
    /// <param name="output">Takes the smaller one; disposed.</param>
    /// <param name="root">Process id of the process, in the node's first pid namespace.</param>
    /// <returns>How many records are left.</returns>
    /// <exception cref="CaptureException">Something of the capture is missing, so that the rest would hide it.</exception>
    public static long Trim(CaptureFile capture, Stream output, int root)
    {
        using var writer = new CaptureWriter(output, capture.Origin, CaptureWriter.KeptQuality);
        if (capture.DamageCount > 0 || !capture.IsWhole || capture.Missed > 0)
        {
            throw new CaptureException(capture.DamageCount > 0 ? $"it is damaged at {capture.Damages[0]}" : "frames are missing");
        }

        foreach (var source in capture.Sources)
        {
            writer.Write(source);
        }

        foreach (var value in capture.Values)
        {
            writer.Write(value);
        }

        using var cut = new Cut(root);
        using var message = new MessagePackWriter();
        foreach (var frame in capture.Frames())
        {
            if (cut.TryTake(frame, out var header))
            {
                message.Reset();
                RawFrameCodec.Write(message, header, cut.Records);
                writer.Write(new CapturedFrame(frame.Arrived, message.WrittenMemory));
            }
        }

        foreach (var answer in capture.Answers)
        {
            if (cut.Find(answer.Position) is { } position)
            {
                writer.Write(answer with { Position = position });
            }
        }

        writer.End(0);
        return cut.Offset;
    }

    private sealed class Cut(int root) : IDisposable
    {
        private readonly HashSet<uint> _kept = [(uint)root];
        private readonly List<(long End, long NewEnd)> _ends = [];
        private readonly MessagePackWriter _records = new();
        private uint? _load;
        private bool _snapshotEnded;

        public long Offset { get; private set; }

        public ReadOnlySpan<byte> Records => _records.WrittenSpan;

        public void Dispose() => _records.Dispose();

        public bool TryTake(CapturedFrame frame, out RawFrameHeader header)
        {
            if (RawFrameCodec.TryRead(frame.Message, out header, out var records) != FrameStatus.Ok)
            {
                throw new CaptureException("a frame cannot be read");
            }

            if (header.Losses.Count > 0)
            {
                throw new CaptureException($"{header.Losses.Sum(l => l.Count)} records were lost before offset {header.FirstOffset}");
            }

            if (_load is not null && _load != header.LoadId)
            {
                throw new CaptureException("the collector began anew while it was recorded");
            }

            _load = header.LoadId;
            _records.Reset();
            var end = header.EndOffset;
            var count = Keep(records.Span);
            header = header with { FirstOffset = Offset, Count = count, Settled = Offset + count, KernelDrops = [], Final = false };
            Offset += count;
            _ends.Add((end, Offset));
            return count > 0;
        }

        // The position at which an answer holds: that of the last record kept of its frame. Answers of what was there before hold
        // from the beginning, and are about containers that are not kept.
        public long? Find(long position)
        {
            if (position < 0)
            {
                return null;
            }

            foreach (var (end, newEnd) in _ends)
            {
                if (position < end)
                {
                    return Math.Max(0, newEnd - 1);
                }
            }

            return null;
        }

        private int Keep(ReadOnlySpan<byte> records)
        {
            var count = 0;
            while (!records.IsEmpty)
            {
                var all = records;
                if (RecordReader.TryOpen(ref records, out var reader) != RecordStatus.Ok)
                {
                    throw new CaptureException("a record cannot be read");
                }

                if (IsKept(ref reader))
                {
                    Write(all[..(all.Length - records.Length)], reader.Head.Event);
                    count++;
                }
            }

            return count;
        }

        // The end of a snapshot says how many records it has; of this one none are left.
        private void Write(ReadOnlySpan<byte> record, int eventId)
        {
            if (eventId != EventIds.SnapshotEnd)
            {
                _records.WriteRaw(record);
                return;
            }

            var end = record.ToArray();
            end.AsSpan(Unsafe.SizeOf<RecordHead>(), sizeof(uint)).Clear();
            _records.WriteRaw(end);
        }

        private bool IsKept(ref RecordReader reader)
        {
            ref readonly var head = ref reader.Head;
            switch (head.Event)
            {
                case EventIds.SnapshotEnd when !_snapshotEnded:
                    _snapshotEnded = true;
                    return true;
                case EventIds.SnapshotEnd or EventIds.SnapshotCgroup:
                    return false;
                case EventIds.SchedProcessFork when _kept.Contains(head.HostPid) && reader.TryReadBody<ForkBody>(out var fork) == RecordStatus.Ok:
                    _kept.Add(fork.Leader.Pid);
                    return true;
                default:
                    return _kept.Contains(head.HostPid);
            }
        }
    }
}
