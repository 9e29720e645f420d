using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Collector.Kernel;

/// <summary>
/// What is given up as the ring fills because the bus, or this collector, is slower than the kernel: first what there is most of
/// and single occurrences of which matter least, never what the stores and most signatures stand on.
/// </summary>
/// <param name="ringBytes">Bytes of the ring.</param>
/// <param name="above">Hundredths of it above which the first events go; 100: none.</param>
public sealed class Shedding(uint ringBytes, int above)
{
    // Calls that few programs make, and that change what a process or the kernel may do.
    private static readonly HashSet<string> Privileged =
    [
        "ptrace", "execve", "execveat", "process_vm_readv", "process_vm_writev", "memfd_create", "init_module", "finit_module", "delete_module",
        "kexec_load", "kexec_file_load", "bpf", "perf_event_open", "mount", "umount2", "pivot_root", "setns", "unshare", "chroot", "setuid", "setgid",
        "setreuid", "setregid", "setresuid", "setresgid", "setfsuid", "setfsgid", "setgroups", "capset", "chmod", "fchmod", "fchmodat", "chown", "fchown",
        "lchown", "fchownat", "symlink", "symlinkat", "link", "linkat", "kill", "tkill", "tgkill", "seccomp", "prctl", "userfaultfd",
    ];

    // Without these the stores are wrong, or a process became something else unseen.
    private static readonly EventSet Kept = new(
    [
        EventIds.SchedProcessFork, EventIds.SchedProcessExec, EventIds.SchedProcessExit, EventIds.ProcessExecuteFailed,
        EventIds.CgroupAttachTask, EventIds.CgroupMkdir, EventIds.CgroupRmdir,
        EventIds.SnapshotProcess, EventIds.SnapshotCgroup, EventIds.SnapshotEnd, EventIds.SnapshotThread,
        EventIds.Ptrace, EventIds.MemProtAlert, EventIds.CommitCreds, EventIds.SwitchTaskNs, EventIds.ModuleLoad,
        EventIds.SecurityBpf, EventIds.SecuritySbMount, EventIds.SecurityInodeUnlink, EventIds.SecurityInodeRename,
        .. SystemCallTable.Events.Where(call => Privileged.Contains(call.Name)).Select(call => call.Id),
    ]);

    private static readonly EventSet Plenty = new(
        [EventIds.SecurityFileOpen, EventIds.FileModification, EventIds.SetFsPwd, EventIds.TaskRename, EventIds.SocketDup, EventIds.IoUringSubmitReq]);

    /// <summary>The order in which an event goes.</summary>
    /// <param name="eventId">Its number.</param>
    public static ShedOrder OrderOf(int eventId) =>
        Kept.Contains(eventId) ? ShedOrder.Never
        : Plenty.Contains(eventId) || SystemCallTable.IsSystemCall(eventId) ? ShedOrder.Early
        : ShedOrder.Late;

    /// <summary>Bytes in the ring above which the events of an order go; those that go late, halfway from the first mark to the end.</summary>
    public ulong MarkOf(ShedOrder order)
    {
        if (above >= 100 || order == ShedOrder.Never)
        {
            return ulong.MaxValue;
        }

        var hundredths = order == ShedOrder.Early ? above : (above + 100) / 2;
        return ringBytes / 100UL * (ulong)hundredths;
    }
}
