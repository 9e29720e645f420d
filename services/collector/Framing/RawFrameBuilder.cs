using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Contracts.Records;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Collector.Framing;

/// <summary>
/// Numbers records in the order of the ring and gathers them into raw frames. Records of one frame have consecutive
/// offsets: a loss closes the frame before it, and the next frame declares it. Not thread-safe; owned by the drain loop.
/// </summary>
public sealed class RawFrameBuilder : IDisposable
{
    private static readonly string[] ReasonNames = [LossReasons.RingFull, LossReasons.NotDrained, LossReasons.NoScratch, LossReasons.Shed];

    private readonly RawFrameHeader _template;
    private readonly MessagePackWriter _encoded = new();
    private readonly List<LossRange> _losses = [];
    private readonly long[] _dropped = new long[RecordLimits.DropReasons];
    private byte[] _records = new byte[Limits.RawFrameBytes + RecordLimits.RecordMax];
    private int _length;
    private int _count;

    /// <summary>A builder for one load.</summary>
    /// <param name="template">What all frames of the load have in common.</param>
    public RawFrameBuilder(RawFrameHeader template) => _template = template;

    /// <summary>Offset of the next record: everything below it was framed or declared lost.</summary>
    public long NextOffset { get; private set; }

    /// <summary>Records in the open frame.</summary>
    public int Count => _count;

    /// <summary>Bytes of the records in the open frame.</summary>
    public int Length => _length;

    /// <summary>Whether the open frame holds as much as a frame should.</summary>
    public bool IsFull => _length >= Limits.RawFrameBytes || _count >= Limits.FrameCount;

    /// <summary>Whether there is something that the next frame must tell.</summary>
    public bool HasLosses => _losses.Count > 0;

    /// <summary>Whether the next loss fits; if not, the frame is to be closed first.</summary>
    public bool CanLose => _count == 0 && _losses.Count < Limits.LossRangesKept;

    /// <summary>Goes on behind what was framed before.</summary>
    /// <param name="nextOffset">See <see cref="NextOffset"/>.</param>
    /// <param name="declared">Drops declared so far, by CPU and reason.</param>
    public void Restore(long nextOffset, ReadOnlySpan<ulong> declared)
    {
        NextOffset = nextOffset;
        for (var i = 0; i < declared.Length; i++)
        {
            _dropped[i % RecordLimits.DropReasons] += (long)declared[i];
        }
    }

    /// <summary>Adds a record to the open frame.</summary>
    public void Add(ReadOnlySpan<byte> record)
    {
        if (_records.Length - _length < record.Length)
        {
            Array.Resize(ref _records, _length + record.Length);
        }

        record.CopyTo(_records.AsSpan(_length));
        _length += record.Length;
        _count++;
        NextOffset++;
    }

    /// <summary>Declares the next <paramref name="count"/> offsets lost. The open frame must be closed (<see cref="CanLose"/>).</summary>
    public void Lose(long count, DropReason reason)
    {
        var name = ReasonNames[(int)reason];
        var range = new LossRange(NextOffset, NextOffset + count, name);
        if (_losses.Count > 0 && _losses[^1].To == range.From && _losses[^1].Reason == name)
        {
            _losses[^1] = _losses[^1] with { To = range.To };
        }
        else
        {
            _losses.Add(range);
        }

        _dropped[(int)reason] += count;
        NextOffset += count;
    }

    /// <summary>Closes the open frame, which may be empty: then it only tells losses and what is settled.</summary>
    /// <param name="settled">Every offset below it is stored or declared.</param>
    /// <param name="bootEpoch">See <see cref="RawFrameHeader.BootEpoch"/>.</param>
    /// <param name="selected">What consumers want.</param>
    /// <param name="final">Whether the load ends.</param>
    /// <param name="header">Header of the closed frame.</param>
    /// <returns>The encoded frame, valid until the next call.</returns>
    public ReadOnlyMemory<byte> Close(long settled, long bootEpoch, EventSet selected, bool final, out RawFrameHeader header)
    {
        header = _template with
        {
            FirstOffset = NextOffset - _count,
            Count = _count,
            Settled = settled,
            Losses = [.. _losses],
            KernelDrops = Drops(),
            BootEpoch = bootEpoch,
            Selected = selected,
            Final = final,
        };
        _encoded.Reset();
        RawFrameCodec.Write(_encoded, header, _records.AsSpan(0, _length));
        _length = 0;
        _count = 0;
        _losses.Clear();
        return _encoded.WrittenMemory;
    }

    /// <summary>The message id of a frame (protocol.md section 2); one without records is told apart by its own number.</summary>
    public static string MessageId(RawFrameHeader header, long silence) =>
        header.Count > 0 ? $"{header.LoadId:x8}.{header.FirstOffset}" : $"{header.LoadId:x8}.{header.FirstOffset}.s{silence}";

    /// <inheritdoc/>
    public void Dispose() => _encoded.Dispose();

    private KeyValuePair<string, long>[] Drops() => _dropped.AsSpan().ContainsAnyExcept(0L)
        ? Array.ConvertAll(ReasonNames, name => new KeyValuePair<string, long>(name, _dropped[Array.IndexOf(ReasonNames, name)]))
        : [];
}
