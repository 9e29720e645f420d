using TraceeMesh.Contracts.Events;
using static TraceeMesh.Collector.Kernel.ProgramUse;

namespace TraceeMesh.Collector.Kernel;

/// <summary>The programs of bpf/programs, the events each produces and when it runs.</summary>
internal static class KernelProgramTable
{
    internal static readonly Entry[] All =
    [
        new("on_sched_process_fork", [EventIds.SchedProcessFork]),
        new("on_task_rename", []),
        new("on_sched_process_exec", [EventIds.SchedProcessExec]),
        new("on_sched_process_exit", [EventIds.SchedProcessExit]),
        new("on_cgroup_mkdir", [EventIds.CgroupMkdir]),
        new("on_cgroup_rmdir", [EventIds.CgroupRmdir]),
        new("on_cgroup_attach_task", [EventIds.CgroupAttachTask]),
        new("on_sys_exit", [.. CallWishes.Returning, EventIds.SecurityFileOpen, EventIds.SecurityInodeRename], ReturnGate),
        new("on_sys_enter", [.. CallWishes.Entered], BeginGate),
        new("on_exec_call", [EventIds.Execve, EventIds.Execveat], OnDemand),
        new("on_packet_ingress", [EventIds.NetPacketDns, EventIds.NetPacketDnsRequest, EventIds.NetPacketDnsResponse], OnCgroups: true),
        new("on_packet_egress", [EventIds.NetPacketDns, EventIds.NetPacketDnsRequest, EventIds.NetPacketDnsResponse], OnCgroups: true),
        new("snapshot_tasks_sleepable", [EventIds.SnapshotProcess, EventIds.SnapshotThread, EventIds.SnapshotEnd], ProgramUse.Snapshot),
        new("snapshot_tasks", [EventIds.SnapshotProcess, EventIds.SnapshotThread, EventIds.SnapshotEnd], ProgramUse.Snapshot),
        .. KernelObjectPrograms.All,
    ];

    /// <param name="Name">The program's name.</param>
    /// <param name="Events">What it produces.</param>
    /// <param name="Use">When it runs.</param>
    /// <param name="Calls">Of a program for system calls: which.</param>
    /// <param name="OnCgroups">Whether it is attached to the root of cgroup2; else its section says where.</param>
    internal sealed record Entry(string Name, int[] Events, ProgramUse Use = Always, CallNumbers? Calls = null, bool OnCgroups = false);
}
