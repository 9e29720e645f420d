using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TraceeMesh.Collector.Framing;

/// <summary>The first page of a journal: whose it is, and how far it is settled. The layout of it and of all behind it is <see cref="Journal.Format"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct JournalHead
{
    public ulong Magic;
    public uint Format;
    public uint LoadId;

    /// <summary>Hash of the programs and how they were set up.</summary>
    public JournalHash Build;

    /// <summary>Hash of the address of the bus that has the frames.</summary>
    public JournalHash Owner;

    /// <summary>A <see cref="JournalPhase"/>.</summary>
    public uint Phase;

    /// <summary>Not 0: a snapshot was asked for and is not whole yet.</summary>
    public uint SnapshotDue;

    /// <summary>Which of the two notes is in force.</summary>
    public uint Current;

    public uint Reserved;

    /// <summary>Entries before it are settled.</summary>
    public long Tail;

    /// <summary>Every offset below it is settled.</summary>
    public long Settled;
}

/// <summary>A SHA-256.</summary>
[InlineArray(32)]
internal struct JournalHash
{
    private byte _first;
}
