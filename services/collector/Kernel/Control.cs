using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Collector.Kernel;

/// <summary>Twin of <c>struct control</c> in bpf/include/records.h: what the collector tells the programs.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct Control
{
    /// <summary>When the ring was last looked at, ns since boot.</summary>
    public ulong DrainedAt;

    /// <summary>Bytes in the ring above which the events of each order go.</summary>
    public ShedMarks ShedAbove;

    /// <summary>Not 0: exec records carry the environment.</summary>
    public uint WantEnvironment;

    /// <summary>Zero.</summary>
    public uint Reserved;

    /// <summary>A <see cref="ShedOrder"/> for the event of that number.</summary>
    public EventSwitchBytes ShedOrder;

    /// <summary>An <see cref="EventSwitch"/> for the event of that number.</summary>
    public EventSwitchBytes EventOn;

    /// <summary>A <see cref="CallWish"/> for the system call at that place in the table.</summary>
    public CallWishBytes CallOn;
}

/// <summary>A mark for each <see cref="ShedOrder"/>.</summary>
[InlineArray(RecordLimits.ShedOrders)]
public struct ShedMarks
{
    private ulong _first;
}

/// <summary>A byte for each event number.</summary>
[InlineArray(RecordLimits.EventIdLimit)]
public struct EventSwitchBytes
{
    private byte _first;
}

/// <summary>A byte for each system call.</summary>
[InlineArray(RecordLimits.Calls)]
public struct CallWishBytes
{
    private byte _first;
}
