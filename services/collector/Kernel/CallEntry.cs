using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Collector.Kernel;

/// <summary>Twin of <c>struct call_entry</c> in bpf/include/records.h: what the kernel side knows of one system call.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct CallEntry
{
    /// <summary>The event it is.</summary>
    public ushort Event;

    /// <summary>How many arguments the event has.</summary>
    public byte Arguments;

    /// <summary>What is special about it.</summary>
    public CallFlags Flags;

    /// <summary>A SystemCallArgumentKind for each argument.</summary>
    public CallArgumentBytes Kind;

    /// <summary>A SystemCallArgumentSource for each argument.</summary>
    public CallArgumentBytes Source;
}

/// <summary>A byte for each argument of a system call.</summary>
[InlineArray(RecordLimits.CallRegisters)]
public struct CallArgumentBytes
{
    private byte _first;
}

/// <summary>What is special about a system call. Twin of <c>enum call_flags</c>.</summary>
[Flags]
public enum CallFlags : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The first register points at an array of 32-bit words, which are the arguments.</summary>
    Indirect = 1 << 0,

    /// <summary>A result of 0 is the return of a new task, or an exec, which another program tells.</summary>
    ZeroElsewhere = 1 << 1,
}
