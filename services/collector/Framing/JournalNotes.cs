using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Collector.Framing;

/// <summary>What holds behind the last closed frame: everything the next one depends on but the ring itself.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct JournalNotes
{
    /// <summary>End of the last entry.</summary>
    public long Head;

    /// <summary>Offset of the next record.</summary>
    public long NextOffset;

    /// <summary>Where in the ring that record is.</summary>
    public long RingPosition;

    /// <summary>Records of cgroups written so far.</summary>
    public long OwnRecords;

    /// <summary>Frames closed so far.</summary>
    public long Frames;

    /// <summary>See <see cref="BootEpoch"/>.</summary>
    public long BootEpoch;

    /// <summary>Not 0: consumers want the environment of execs.</summary>
    public uint Environment;

    /// <summary>Zero.</summary>
    public uint Reserved;

    /// <summary>What consumers want.</summary>
    public SelectedBytes Selected;

    /// <summary>Drops declared so far, by CPU and reason.</summary>
    public DeclaredDrops Declared;
}

/// <summary>The bit map of an <see cref="EventSet"/>.</summary>
[InlineArray(EventSet.ByteCount)]
internal struct SelectedBytes
{
    private byte _first;
}

/// <summary>A counter for each CPU and reason, those of a CPU in a row.</summary>
[InlineArray(RecordLimits.MaxCpus * RecordLimits.DropReasons)]
internal struct DeclaredDrops
{
    private ulong _first;
}
