using System.Text;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Ledger;

namespace TraceeMesh.MessagePack;

/// <summary>An event frame on the wire: array of two, the header as an array of fields, and the array of events (<see cref="EventWriter"/>).</summary>
public static class EventFrameCodec
{
    /// <summary>Version of the format.</summary>
    public const int Version = 3;

    /// <summary>The oldest version that is read: the one before, so that enrichers and detectors may be updated one after the other.</summary>
    public const int OldestVersion = 2;

    private const int Fields = 19;

    // Without a series and where it began: numbers are those of series 0, which began at 0.
    private const int FieldsOfVersion2 = 17;

    /// <summary>Writes a frame behind what <paramref name="writer"/> holds.</summary>
    /// <param name="writer">The target.</param>
    /// <param name="header">Its header; the count must be that of the events.</param>
    /// <param name="events">Encoded events.</param>
    public static void Write(MessagePackWriter writer, EventFrameHeader header, ReadOnlySpan<byte> events)
    {
        writer.WriteArrayHeader(2);
        writer.WriteArrayHeader(Fields);
        writer.WriteInt(Version);
        writer.WriteText(header.Node);
        writer.WriteText(header.BootId);
        writer.WriteText(header.HostName);
        writer.WriteUInt(header.LoadId);
        writer.WriteInt(header.Partition);
        writer.WriteInt(header.FirstOffset);
        writer.WriteInt(header.Count);
        writer.WriteInt(header.Settled);
        writer.WriteInt(header.Watermark);
        HeaderReader.WriteLosses(writer, header.Losses);
        writer.WriteInt(header.Account.Derived);
        HeaderReader.WriteCounters(writer, header.Account.Filtered);
        HeaderReader.WriteCounters(writer, header.Account.Lost);
        WriteEnds(writer, header.Account.Emitted);
        WriteParked(writer, header.Account);
        writer.WriteUInt(header.Account.Series);
        WriteEnds(writer, header.Account.SeriesFrom);
        writer.WriteArrayHeader(header.Count);
        writer.WriteRaw(events);
    }

    /// <summary>Reads the header of a frame.</summary>
    /// <param name="frame">The message.</param>
    /// <param name="header">Its header, when the status is Ok.</param>
    /// <param name="events">A cursor over its events, which lie inside <paramref name="frame"/>.</param>
    public static FrameStatus TryRead(ReadOnlyMemory<byte> frame, out EventFrameHeader header, out EventCursor events)
    {
        header = EventFrameHeader.Empty;
        events = default;
        if (frame.Length > Limits.MessageBytes)
        {
            return FrameStatus.TooLarge;
        }

        var reader = new MessagePackReader(frame.Span);
        if (!reader.TryReadArrayHeader(out var parts) || parts != 2 || !reader.TryReadArrayHeader(out var fields) || !reader.TryReadInt32(out var version))
        {
            return FrameStatus.Malformed;
        }

        if (version is < OldestVersion or > Version)
        {
            return FrameStatus.UnknownVersion;
        }

        var series = 0UL;
        IReadOnlyList<KeyValuePair<int, long>> seriesFrom = [];
        if (fields != (version == Version ? Fields : FieldsOfVersion2)
            || !HeaderReader.TryReadName(ref reader, out var node)
            || !HeaderReader.TryReadName(ref reader, out var bootId)
            || !HeaderReader.TryReadName(ref reader, out var hostName)
            || !reader.TryReadUInt(out var loadId) || loadId > uint.MaxValue
            || !reader.TryReadInt32(out var partition) || (uint)partition >= Partitioning.Partitions
            || !HeaderReader.TryReadOffset(ref reader, out var first) || first > long.MaxValue - Limits.FrameCount
            || !reader.TryReadInt32(out var count) || count < 0
            || !HeaderReader.TryReadOffset(ref reader, out var settled)
            || !HeaderReader.TryReadOffset(ref reader, out var watermark)
            || !HeaderReader.TryReadLosses(ref reader, out var losses)
            || !HeaderReader.TryReadOffset(ref reader, out var derived)
            || !HeaderReader.TryReadCounters(ref reader, out var filtered)
            || !HeaderReader.TryReadCounters(ref reader, out var lost)
            || !TryReadEnds(ref reader, out var emitted)
            || !TryReadParked(ref reader, out var parked)
            || !TryReadParkedDerived(ref reader, out var parkedDerived)
            || (version == Version && (!reader.TryReadUInt(out series) || series > uint.MaxValue || !TryReadEnds(ref reader, out seriesFrom))))
        {
            return FrameStatus.BadHeader;
        }

        if (count > Limits.FrameCount)
        {
            return FrameStatus.TooLarge;
        }

        if (!reader.TryReadArrayHeader(out var eventCount) || eventCount != count)
        {
            return FrameStatus.BadHeader;
        }

        header = new EventFrameHeader
        {
            Node = node,
            BootId = bootId,
            HostName = hostName,
            LoadId = (uint)loadId,
            Partition = partition,
            FirstOffset = first,
            Count = count,
            Settled = settled,
            Watermark = watermark,
            Losses = losses,
            Account = new FrameAccount
            {
                Derived = derived,
                Filtered = filtered,
                Lost = lost,
                Emitted = emitted,
                Parked = parked,
                ParkedDerived = parkedDerived,
                Series = (uint)series,
                SeriesFrom = seriesFrom,
            },
        };
        events = new EventCursor(frame[reader.Position..], header, Encoding.UTF8.GetBytes(hostName));
        return FrameStatus.Ok;
    }

    private static void WriteEnds(MessagePackWriter writer, IReadOnlyList<KeyValuePair<int, long>> ends)
    {
        writer.WriteMapHeader(ends.Count);
        for (var i = 0; i < ends.Count; i++)
        {
            writer.WriteInt(ends[i].Key);
            writer.WriteInt(ends[i].Value);
        }
    }

    // Ascending offsets, each as the distance to the one before: a few bytes for each range.
    private static void WriteParked(MessagePackWriter writer, FrameAccount account)
    {
        long at = 0;
        writer.WriteArrayHeader(account.Parked.Count * 2);
        for (var i = 0; i < account.Parked.Count; i++)
        {
            var range = account.Parked[i];
            writer.WriteInt(range.From - at);
            writer.WriteInt(range.Count);
            at = range.To;
        }

        at = 0;
        writer.WriteArrayHeader(account.ParkedDerived.Count);
        for (var i = 0; i < account.ParkedDerived.Count; i++)
        {
            writer.WriteInt(account.ParkedDerived[i] - at);
            at = account.ParkedDerived[i];
        }
    }

    private static bool TryReadParked(ref MessagePackReader reader, out IReadOnlyList<OffsetRange> parked)
    {
        parked = [];
        if (!reader.TryReadArrayHeader(out var count) || count > Limits.ParkedRanges * 2 || count % 2 != 0)
        {
            return false;
        }

        var ranges = count == 0 ? [] : new OffsetRange[count / 2];
        long at = 0;
        for (var i = 0; i < ranges.Length; i++)
        {
            if (!HeaderReader.TryReadOffset(ref reader, out var distance) || distance > long.MaxValue - at
                || !HeaderReader.TryReadOffset(ref reader, out var length) || length > long.MaxValue - at - distance)
            {
                return false;
            }

            ranges[i] = new OffsetRange(at + distance, at + distance + length);
            at = ranges[i].To;
        }

        parked = ranges;
        return true;
    }

    private static bool TryReadParkedDerived(ref MessagePackReader reader, out IReadOnlyList<long> parked)
    {
        parked = [];
        if (!reader.TryReadArrayHeader(out var count) || count > Limits.ParkedRanges)
        {
            return false;
        }

        var offsets = count == 0 ? [] : new long[count];
        long at = 0;
        for (var i = 0; i < offsets.Length; i++)
        {
            if (!HeaderReader.TryReadOffset(ref reader, out var distance) || distance > long.MaxValue - at)
            {
                return false;
            }

            offsets[i] = at += distance;
        }

        parked = offsets;
        return true;
    }

    private static bool TryReadEnds(ref MessagePackReader reader, out IReadOnlyList<KeyValuePair<int, long>> ends)
    {
        ends = [];
        if (!reader.TryReadMapHeader(out var count) || count > Partitioning.Partitions)
        {
            return false;
        }

        if (count == 0)
        {
            return true;
        }

        var entries = new KeyValuePair<int, long>[count];
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadInt32(out var partition) || !HeaderReader.TryReadOffset(ref reader, out var end))
            {
                return false;
            }

            entries[i] = new(partition, end);
        }

        ends = entries;
        return true;
    }
}
