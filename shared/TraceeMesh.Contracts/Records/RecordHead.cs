using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TraceeMesh.Contracts.Records;

/// <summary>Sixteen bytes of task name, ended by a NUL where shorter (TASK_COMM_LEN).</summary>
[InlineArray(RecordLimits.CommSize)]
public struct Comm
{
    private byte _first;
}

/// <summary>The fixed head of every record. Twin of <c>struct record_head</c> in bpf/include/records.h, which says what each field means.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct RecordHead
{
    /// <summary>Bytes of the whole record.</summary>
    public uint Size;

    /// <summary>Number of the event, see <see cref="Events.EventIds"/>.</summary>
    public ushort Event;

    /// <summary>The CPU that wrote it, or <see cref="RecordLimits.CpuCollector"/>.</summary>
    public ushort Cpu;

    /// <summary>Number of the record on its CPU within a load.</summary>
    public ulong Sequence;

    /// <summary>Records this CPU failed to put into the ring so far.</summary>
    public ulong Dropped;

    /// <summary>Nanoseconds since boot, as all times but ctimes.</summary>
    public ulong Time;

    /// <summary>Start of the thread.</summary>
    public ulong StartTime;

    /// <summary>Start of its process.</summary>
    public ulong LeaderStartTime;

    /// <summary>Start of its parent process.</summary>
    public ulong ParentStartTime;

    /// <summary>Id of the task's cgroup in <see cref="CgroupHierarchy"/>.</summary>
    public ulong CgroupId;

    /// <summary>What the system call or the hook returned.</summary>
    public long ReturnValue;

    /// <summary>Hierarchy of <see cref="CgroupId"/>; 0 is cgroup2.</summary>
    public uint CgroupHierarchy;

    /// <summary>Thread id in the init pid namespace.</summary>
    public uint HostTid;

    /// <summary>Process id in the init pid namespace.</summary>
    public uint HostPid;

    /// <summary>Parent's process id in the init pid namespace.</summary>
    public uint HostPpid;

    /// <summary>Thread id in the task's pid namespace.</summary>
    public uint NsTid;

    /// <summary>Process id in the task's pid namespace.</summary>
    public uint NsPid;

    /// <summary>Parent's process id in the task's pid namespace.</summary>
    public uint NsPpid;

    /// <summary>User id on the host.</summary>
    public uint Uid;

    /// <summary>Group id on the host.</summary>
    public uint Gid;

    /// <summary>Inode of the mount namespace.</summary>
    public uint MountNamespace;

    /// <summary>Inode of the pid namespace.</summary>
    public uint PidNamespace;

    /// <summary>Number of the system call, -1 outside one.</summary>
    public int Syscall;

    /// <summary>See <see cref="RecordFlags"/>.</summary>
    public RecordFlags Flags;

    /// <summary>Bit n: the n-th part of the tail was cut to its maximum.</summary>
    public ushort Truncated;

    /// <summary>How many parts the tail has.</summary>
    public ushort Parts;

    /// <summary>Zero.</summary>
    public ushort Reserved;

    /// <summary>Name of the task.</summary>
    public Comm Comm;
}

/// <summary>Flags of a record. Twin of <c>enum record_flags</c>.</summary>
[Flags]
public enum RecordFlags : ushort
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>A 32-bit system call.</summary>
    Compat = 1,

    /// <summary>The container of the task runs its entry point already.</summary>
    ContainerStarted = 2,

    /// <summary>The tail's first part is the node name of the task's uts namespace.</summary>
    UtsPrivate = 4,
}
