namespace TraceeMesh.Contracts.Events;

/// <summary>Numbers of the events. Those of the kernel side are twins of <c>enum event_id</c> in bpf/include/records.h.</summary>
public static class EventIds
{
    /// <summary>
    /// A call of ptrace(2). System calls have their number of the 64-bit table, those only the 32-bit table has count from 600;
    /// <see cref="SystemCallTable"/> knows them all.
    /// </summary>
    public const int Ptrace = 101;

    /// <summary>A call of execve(2).</summary>
    public const int Execve = 59;

    /// <summary>A call of execveat(2).</summary>
    public const int Execveat = 322;

    /// <summary>A new process or thread.</summary>
    public const int SchedProcessFork = 702;

    /// <summary>A program started.</summary>
    public const int SchedProcessExec = 703;

    /// <summary>A thread or process ended.</summary>
    public const int SchedProcessExit = 704;

    /// <summary>A task moved to another cgroup.</summary>
    public const int CgroupAttachTask = 714;

    /// <summary>A cgroup directory was made.</summary>
    public const int CgroupMkdir = 715;

    /// <summary>A cgroup directory was removed.</summary>
    public const int CgroupRmdir = 716;

    /// <summary>A file was opened.</summary>
    public const int SecurityFileOpen = 718;

    /// <summary>A file was renamed.</summary>
    public const int SecurityInodeRename = 776;

    /// <summary>A packet from or to port 53.</summary>
    public const int NetPacketDns = 819;

    /// <summary>Memory became executable in an alarming way.</summary>
    public const int MemProtAlert = 710;

    /// <summary>The credentials of a task changed.</summary>
    public const int CommitCreds = 711;

    /// <summary>A task entered other namespaces.</summary>
    public const int SwitchTaskNs = 712;

    /// <summary>The first bytes of a file were written.</summary>
    public const int MagicWrite = 713;

    /// <summary>A file was removed.</summary>
    public const int SecurityInodeUnlink = 719;

    /// <summary>A socket began to listen.</summary>
    public const int SecuritySocketListen = 721;

    /// <summary>A socket was to be connected.</summary>
    public const int SecuritySocketConnect = 722;

    /// <summary>A TCP connection was tried.</summary>
    public const int NetTcpConnect = 723;

    /// <summary>A connection was accepted.</summary>
    public const int SecuritySocketAccept = 724;

    /// <summary>A socket was to be bound.</summary>
    public const int SecuritySocketBind = 725;

    /// <summary>A file system was to be mounted.</summary>
    public const int SecuritySbMount = 727;

    /// <summary>A call of bpf(2).</summary>
    public const int SecurityBpf = 729;

    /// <summary>The descriptor of a socket was doubled.</summary>
    public const int SocketDup = 740;

    /// <summary>A file was mapped to be executed.</summary>
    public const int SharedObjectLoaded = 758;

    /// <summary>A kernel module was loaded.</summary>
    public const int ModuleLoad = 768;

    /// <summary>A task changed its name.</summary>
    public const int TaskRename = 775;

    /// <summary>A file was written for the first time since it was opened.</summary>
    public const int FileModification = 785;

    /// <summary>A program could not be started.</summary>
    public const int ProcessExecuteFailed = 790;

    /// <summary>A process changed its working directory.</summary>
    public const int SetFsPwd = 793;

    /// <summary>A packet to port 53.</summary>
    public const int NetPacketDnsRequest = 820;

    /// <summary>A packet from port 53.</summary>
    public const int NetPacketDnsResponse = 821;

    /// <summary>A TCP connection stands.</summary>
    public const int NetFlowTcpBegin = 829;

    /// <summary>A TCP connection ended.</summary>
    public const int NetFlowTcpEnd = 830;

    /// <summary>A request was submitted to io_uring; no event of Tracee's.</summary>
    public const int IoUringSubmitReq = 900;

    /// <summary>A process that existed before the programs were attached.</summary>
    public const int SnapshotProcess = 1000;

    /// <summary>A cgroup that existed before the programs were attached.</summary>
    public const int SnapshotCgroup = 1001;

    /// <summary>The snapshot is complete.</summary>
    public const int SnapshotEnd = 1002;

    /// <summary>A thread that existed before the programs were attached, and is not its process's first.</summary>
    public const int SnapshotThread = 1003;

    /// <summary>A container was created; derived from <see cref="CgroupMkdir"/>.</summary>
    public const int ContainerCreate = 2017;

    /// <summary>A container was removed; derived from <see cref="CgroupRmdir"/>.</summary>
    public const int ContainerRemove = 2018;

    /// <summary>A container that existed before the programs were attached.</summary>
    public const int ExistingContainer = 2019;

    /// <summary>What a runtime knows of a container came after events of the container had gone on without it.</summary>
    public const int ContainerEnriched = 2020;

    /// <summary>Events of the node that were produced and are lost; at the place of the gap.</summary>
    public const int LostEvents = 2021;

    /// <summary>The first number of an event that a signature produces (tracee.md §1.6).</summary>
    public const int FirstSignature = 6000;
}
