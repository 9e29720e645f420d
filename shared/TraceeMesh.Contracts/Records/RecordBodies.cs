using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TraceeMesh.Contracts.Records;

/// <summary>Twin of <c>struct task_ids</c>: one task, on the host and in its own pid namespace.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TaskIds
{
    /// <summary>Thread id on the host.</summary>
    public uint Tid;

    /// <summary>Thread id in its namespace.</summary>
    public uint NsTid;

    /// <summary>Process id on the host.</summary>
    public uint Pid;

    /// <summary>Process id in its namespace.</summary>
    public uint NsPid;

    /// <summary>Nanoseconds since boot.</summary>
    public ulong StartTime;
}

/// <summary>Twin of <c>struct fork_body</c>. No tail.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct ForkBody
{
    /// <summary>The thread that forked.</summary>
    public TaskIds Parent;

    /// <summary>The new task.</summary>
    public TaskIds Child;

    /// <summary>The process of the leader's real parent.</summary>
    public TaskIds ParentProcess;

    /// <summary>The child's thread-group leader.</summary>
    public TaskIds Leader;
}

/// <summary>Twin of <c>struct exec_body</c>. Tail: cmdpath, pathname, interpreter_pathname, interp, stdin_path, pwd, argv, env.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct ExecBody
{
    /// <summary>Inode of the executable.</summary>
    public ulong Inode;

    /// <summary>Its change time, epoch ns.</summary>
    public ulong Ctime;

    /// <summary>Inode of the interpreter.</summary>
    public ulong InterpreterInode;

    /// <summary>Its change time, epoch ns.</summary>
    public ulong InterpreterCtime;

    /// <summary>Device of the executable.</summary>
    public uint Dev;

    /// <summary>Device of the interpreter.</summary>
    public uint InterpreterDev;

    /// <summary>Mode of the executable.</summary>
    public ushort InodeMode;

    /// <summary>File type bits of standard input.</summary>
    public ushort StdinType;

    /// <summary>Whether the kernel itself started it.</summary>
    public byte InvokedFromKernel;

    /// <summary>Whether the environment was wanted.</summary>
    public byte HasEnv;

    /// <summary>Zero.</summary>
    public ushort Reserved;

    /// <summary>Tid on the host that the thread had until now: one that is not the first takes over the first one's.</summary>
    public uint OldTid;

    /// <summary>Zero.</summary>
    public uint Reserved2;

    /// <summary>Name of the task before.</summary>
    public Comm PreviousComm;
}

/// <summary>Twin of <c>struct exit_body</c>. No tail.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct ExitBody
{
    /// <summary>Exit status.</summary>
    public int ExitCode;

    /// <summary>The signal that ended it, or 0.</summary>
    public int SignalCode;

    /// <summary>Whether the last thread of the process ended.</summary>
    public byte ProcessGroupExit;

    /// <summary>Zero.</summary>
    public Padding3 Reserved;

    /// <summary>Pid on the host of the process whose its children are from now on; 0 when threads of its own are left, and when its namespace ends.</summary>
    public uint ReaperPid;

    /// <summary>Start of that process, ns since boot.</summary>
    public ulong ReaperStartTime;
}

/// <summary>Three bytes of explicit padding.</summary>
[InlineArray(3)]
public struct Padding3
{
    private byte _first;
}

/// <summary>Twin of <c>struct cgroup_body</c>: cgroup_mkdir, cgroup_rmdir, snapshot_cgroup. Tail: cgroup_path.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct CgroupBody
{
    /// <summary>Inode of the directory, 64 bits.</summary>
    public ulong CgroupId;

    /// <summary>Change time of the directory in epoch ns, or 0: the event's own time.</summary>
    public ulong Ctime;

    /// <summary>0 is cgroup2.</summary>
    public uint HierarchyId;

    /// <summary>Zero.</summary>
    public uint Reserved;
}

/// <summary>Twin of <c>struct cgroup_attach_body</c>. Tail: cgroup_path.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct CgroupAttachBody
{
    /// <summary>The cgroup moved to.</summary>
    public ulong CgroupId;

    /// <summary>0 is cgroup2.</summary>
    public uint HierarchyId;

    /// <summary>The task that moves.</summary>
    public uint Pid;

    /// <summary>Its name.</summary>
    public Comm Comm;
}

/// <summary>Twin of <c>struct system_call_body</c>: a system call by its name. Tail: a part for each argument that is not plain.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct SystemCallBody
{
    /// <summary>Its arguments as the registers had them, in the event's order.</summary>
    public CallRegisters Argument;
}

/// <summary>A value for each argument a system call can have.</summary>
[InlineArray(RecordLimits.CallRegisters)]
public struct CallRegisters
{
    private ulong _first;
}

/// <summary>Twin of <c>struct file_open_body</c>. Tail: pathname, syscall_pathname.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct FileOpenBody
{
    /// <summary>Inode of the opened file.</summary>
    public ulong Inode;

    /// <summary>Its change time, epoch ns.</summary>
    public ulong Ctime;

    /// <summary>Its device.</summary>
    public uint Dev;

    /// <summary>O_* flags of the open file.</summary>
    public int Flags;
}

/// <summary>Twin of <c>struct rename_body</c>. Tail: old_directory, old_name, new_directory, new_name.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct RenameBody
{
    /// <summary>RENAME_* flags.</summary>
    public uint Flags;

    /// <summary>Zero.</summary>
    public uint Reserved;
}

/// <summary>Twin of <c>struct snapshot_process_body</c>. Tail: pathname, argv.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct SnapshotProcessBody
{
    /// <summary>Inode of the executable.</summary>
    public ulong Inode;

    /// <summary>Its change time, epoch ns.</summary>
    public ulong Ctime;

    /// <summary>Its device.</summary>
    public uint Dev;

    /// <summary>Its mode.</summary>
    public ushort InodeMode;

    /// <summary>Zero.</summary>
    public ushort Reserved;
}

/// <summary>Twin of <c>struct snapshot_end_body</c>. No tail.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct SnapshotEndBody
{
    /// <summary>Records of processes and threads the snapshot has, dropped ones included.</summary>
    public uint Shown;

    /// <summary>Zero.</summary>
    public uint Reserved;
}

/// <summary>Twin of <c>struct cpu_account</c>, memory-mapped from the kernel.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct CpuAccount
{
    /// <summary>Records produced on this CPU: in the ring, or dropped.</summary>
    public ulong Sequence;

    /// <summary>Dropped, by reason.</summary>
    public DropCounts Dropped;

    /// <summary>Not produced: the mesh's own processes.</summary>
    public ulong OwnProcess;

    /// <summary>Not produced: the event was off.</summary>
    public ulong SwitchedOff;

    /// <summary>Not produced: no consumer's filter let it through.</summary>
    public ulong FilteredOut;

    /// <summary>Put in less taken out on this CPU, by what is remembered.</summary>
    public RememberedCounts Remembered;

    /// <summary>Zero.</summary>
    public AccountPadding Reserved;
}

/// <summary>A count for each <see cref="Records.Remembered"/>.</summary>
[InlineArray(RecordLimits.RememberedKinds)]
public struct RememberedCounts
{
    private long _first;
}

/// <summary>A counter for each <see cref="DropReason"/>.</summary>
[InlineArray(RecordLimits.DropReasons)]
public struct DropCounts
{
    private ulong _first;
}

/// <summary>Fills an account to two cache lines, so that CPUs do not share one.</summary>
[InlineArray(3)]
public struct AccountPadding
{
    private ulong _first;
}

/// <summary>Why a produced record is not in the ring. Twin of <c>enum drop_reason</c>.</summary>
public enum DropReason
{
    /// <summary>The ring had no room.</summary>
    RingFull = 0,

    /// <summary>Nobody drained the ring for a minute.</summary>
    NotDrained = 1,

    /// <summary>Every scratch record of the CPU belonged to a preempted program.</summary>
    NoScratch = 2,

    /// <summary>The ring was fuller than the event's order of shedding allows.</summary>
    Shed = 3,
}
