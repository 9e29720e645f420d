using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Ledger;

namespace TraceeMesh.MessagePack;

/// <summary>
/// A raw frame on the wire: array of two, the header as an array of fields, and the records as one bin. docs/wire.md
/// lists the fields; a change of their order or meaning is a new <see cref="Version"/>.
/// </summary>
public static class RawFrameCodec
{
    /// <summary>Version of the format.</summary>
    public const int Version = 1;

    private const int Fields = 14;

    /// <summary>Writes a frame behind what <paramref name="writer"/> holds.</summary>
    public static void Write(MessagePackWriter writer, RawFrameHeader header, ReadOnlySpan<byte> records)
    {
        writer.WriteArrayHeader(2);
        writer.WriteArrayHeader(Fields);
        writer.WriteInt(Version);
        writer.WriteText(header.Node);
        writer.WriteText(header.BootId);
        writer.WriteUInt(header.LoadId);
        writer.WriteInt(header.FirstOffset);
        writer.WriteInt(header.Count);
        writer.WriteInt(header.Settled);
        HeaderReader.WriteLosses(writer, header.Losses);
        HeaderReader.WriteCounters(writer, header.KernelDrops);
        writer.WriteInt(header.BootEpoch);
        writer.WriteBytes(header.Selected.Bytes);
        writer.WriteInt(header.Spread);
        writer.WriteText(header.HostName);
        writer.WriteBool(header.Final);
        writer.WriteBytes(records);
    }

    /// <summary>Reads a frame.</summary>
    /// <param name="frame">The message.</param>
    /// <param name="header">Its header, when the status is Ok.</param>
    /// <param name="records">Its records, inside <paramref name="frame"/>.</param>
    public static FrameStatus TryRead(ReadOnlyMemory<byte> frame, out RawFrameHeader header, out ReadOnlyMemory<byte> records)
    {
        header = null!;
        records = default;
        if (frame.Length > Limits.MessageBytes)
        {
            return FrameStatus.TooLarge;
        }

        var reader = new MessagePackReader(frame.Span);
        if (!reader.TryReadArrayHeader(out var parts) || parts != 2 || !reader.TryReadArrayHeader(out var fields) || !reader.TryReadInt32(out var version))
        {
            return FrameStatus.Malformed;
        }

        if (version != Version)
        {
            return FrameStatus.UnknownVersion;
        }

        if (fields != Fields
            || !HeaderReader.TryReadName(ref reader, out var node)
            || !HeaderReader.TryReadName(ref reader, out var bootId)
            || !reader.TryReadUInt(out var loadId) || loadId > uint.MaxValue
            || !HeaderReader.TryReadOffset(ref reader, out var first) || first > long.MaxValue - Limits.FrameCount
            || !reader.TryReadInt32(out var count) || count < 0
            || !HeaderReader.TryReadOffset(ref reader, out var settled)
            || !HeaderReader.TryReadLosses(ref reader, out var losses)
            || !HeaderReader.TryReadCounters(ref reader, out var drops)
            || !reader.TryReadInt(out var bootEpoch)
            || !reader.TryReadBytes(out var selectedBytes) || !EventSet.TryParse(selectedBytes, out var selected)
            || !reader.TryReadInt32(out var spread) || spread is < 1 or > Partitioning.Partitions
            || !HeaderReader.TryReadName(ref reader, out var hostName)
            || !reader.TryReadBool(out var final))
        {
            return FrameStatus.BadHeader;
        }

        if (count > Limits.FrameCount)
        {
            return FrameStatus.TooLarge;
        }

        if (!reader.TryReadBytes(out var blob) || !reader.AtEnd)
        {
            return FrameStatus.Malformed;
        }

        records = frame.Slice(reader.Position - blob.Length, blob.Length);
        header = new RawFrameHeader
        {
            Node = node,
            BootId = bootId,
            LoadId = (uint)loadId,
            FirstOffset = first,
            Count = count,
            Settled = settled,
            Losses = losses,
            KernelDrops = drops,
            BootEpoch = bootEpoch,
            Selected = selected,
            Spread = spread,
            HostName = hostName,
            Final = final,
        };
        return FrameStatus.Ok;
    }
}
