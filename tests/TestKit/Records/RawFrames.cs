using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.MessagePack;

namespace TraceeMesh.TestKit.Records;

/// <summary>Raw frames as a collector sends them.</summary>
public static class RawFrames
{
    /// <summary>Node of the frames.</summary>
    public const string Node = "node-a";

    /// <summary>Boot of the frames.</summary>
    public const string Boot = "3f1c0000-0000-4000-8000-000000000001";

    /// <summary>Load of the frames.</summary>
    public const uint Load = 0xa81d02c4;

    /// <summary>ns since the epoch at which the node was booted.</summary>
    public const long BootEpoch = 1_763_683_200_000_000_000;

    /// <summary>All events that can be selected, but for the one that tells losses.</summary>
    public static EventSet Everything { get; } = new(EventCatalog.All.Where(e => !e.Internal && e.Id != EventIds.LostEvents).Select(e => e.Id));

    /// <summary>A header.</summary>
    public static RawFrameHeader Header(long first, int count, long? settled = null, EventSet? selected = null, params LossRange[] losses) => new()
    {
        Node = Node,
        BootId = Boot,
        LoadId = Load,
        FirstOffset = first,
        Count = count,
        Settled = settled ?? first,
        Losses = losses,
        BootEpoch = BootEpoch,
        Selected = selected ?? Everything,
        HostName = "host-a",
    };

    /// <summary>A frame as it travels.</summary>
    public static byte[] Encode(RawFrameHeader header, ReadOnlySpan<byte> records)
    {
        using var writer = new MessagePackWriter();
        RawFrameCodec.Write(writer, header, records);
        return writer.WrittenSpan.ToArray();
    }
}
