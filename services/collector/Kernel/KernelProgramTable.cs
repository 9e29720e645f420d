using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Collector.Kernel;

/// <summary>The programs of bpf/programs and the events each produces.</summary>
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
        new("on_sys_exit", [.. CallWishes.Returning, EventIds.SecurityFileOpen, EventIds.SecurityInodeRename], OnDemand: true),
        new("on_sys_enter", [.. CallWishes.Entered], OnDemand: true),
        new("on_exec_call", [EventIds.Execve, EventIds.Execveat], OnDemand: true),
        new("on_packet_ingress", [EventIds.NetPacketDns], OnCgroups: true),
        new("on_packet_egress", [EventIds.NetPacketDns], OnCgroups: true),
        new("snapshot_tasks_sleepable", [EventIds.SnapshotProcess, EventIds.SnapshotThread, EventIds.SnapshotEnd]),
        new("snapshot_tasks", [EventIds.SnapshotProcess, EventIds.SnapshotThread, EventIds.SnapshotEnd]),
    ];

    /// <param name="Name">The program's name.</param>
    /// <param name="Events">What it produces.</param>
    /// <param name="OnCgroups">Whether it is attached to the root of cgroup2; else its section says where.</param>
    /// <param name="OnDemand">Whether it is attached only while one of its events is on.</param>
    internal sealed record Entry(string Name, int[] Events, bool OnCgroups = false, bool OnDemand = false);
}
