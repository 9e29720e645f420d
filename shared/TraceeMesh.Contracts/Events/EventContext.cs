namespace TraceeMesh.Contracts.Events;

/// <summary>Flags of an event's context.</summary>
[Flags]
public enum ContextFlags
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>A 32-bit system call.</summary>
    IsCompat = 1,

    /// <summary>The container's entry point has started.</summary>
    ContainerStarted = 2,

    /// <summary>The pod of the container is a sandbox.</summary>
    PodSandbox = 4,
}

/// <summary>Everything an event has beside its arguments: who, where, when (tracee.md §6.1). All times are ns since the epoch.</summary>
public struct EventContext
{
    /// <summary>See <see cref="EventIds"/>.</summary>
    public int EventId;

    /// <summary>CPU that wrote the record.</summary>
    public int Cpu;

    /// <summary>Number of the record on that CPU; with node, boot, load and CPU the event's identity.</summary>
    public ulong Sequence;

    /// <summary>Offset of the event in its node's order (protocol.md section 1).</summary>
    public long Position;

    /// <summary>When it happened.</summary>
    public long Timestamp;

    /// <summary>When its thread started.</summary>
    public long ThreadStartTime;

    /// <summary>In the task's pid namespace.</summary>
    public int ProcessId;

    /// <summary>In the task's pid namespace.</summary>
    public int ThreadId;

    /// <summary>In the task's pid namespace.</summary>
    public int ParentProcessId;

    /// <summary>On the host.</summary>
    public int HostProcessId;

    /// <summary>On the host.</summary>
    public int HostThreadId;

    /// <summary>On the host.</summary>
    public int HostParentProcessId;

    /// <summary>On the host.</summary>
    public int UserId;

    /// <summary>On the host.</summary>
    public int GroupId;

    /// <summary>Inode of the mount namespace.</summary>
    public uint MountNamespace;

    /// <summary>Inode of the pid namespace.</summary>
    public uint PidNamespace;

    /// <summary>64-bit inode of the cgroup directory.</summary>
    public ulong CgroupId;

    /// <summary>Of system calls and some others.</summary>
    public long ReturnValue;

    /// <summary>Number of the current system call, -1 outside one.</summary>
    public int Syscall;

    /// <summary>Flags.</summary>
    public ContextFlags Flags;

    /// <summary>53 bits, see <see cref="EntityIds"/>.</summary>
    public ulong ThreadEntityId;

    /// <summary>53 bits.</summary>
    public ulong ProcessEntityId;

    /// <summary>53 bits; 0 unknown.</summary>
    public ulong ParentEntityId;

    /// <summary>Name of the task.</summary>
    public Utf8Text ProcessName;

    /// <summary>Path of the process's executable, empty unknown.</summary>
    public Utf8Text Executable;

    /// <summary>Node name of the task's uts namespace.</summary>
    public Utf8Text HostName;

    /// <summary>Container id, empty on the host.</summary>
    public Utf8Text ContainerId;

    /// <summary>Container name.</summary>
    public Utf8Text ContainerName;

    /// <summary>Image name.</summary>
    public Utf8Text ContainerImage;

    /// <summary>Image digest.</summary>
    public Utf8Text ContainerImageDigest;

    /// <summary>Pod name.</summary>
    public Utf8Text PodName;

    /// <summary>Pod namespace.</summary>
    public Utf8Text PodNamespace;

    /// <summary>Pod uid.</summary>
    public Utf8Text PodUid;

    /// <summary>Why enrichment is incomplete; empty when complete or not needed.</summary>
    public Utf8Text Enrichment;
}
