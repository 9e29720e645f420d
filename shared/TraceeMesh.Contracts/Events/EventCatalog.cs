using System.Collections.Frozen;
using static TraceeMesh.Contracts.Events.ArgumentType;

namespace TraceeMesh.Contracts.Events;

/// <summary>All events there are. Names, arguments, their order and types are Tracee's (tracee.md §6.1).</summary>
public static class EventCatalog
{
    /// <summary>Every definition.</summary>
    public static IReadOnlyList<EventDefinition> All { get; } =
    [
        .. SystemCallTable.Events,
        Define(
            EventIds.SchedProcessFork,
            "sched_process_fork",
            ("parent_tid", Int),
            ("parent_ns_tid", Int),
            ("parent_pid", Int),
            ("parent_ns_pid", Int),
            ("parent_start_time", Time),
            ("child_tid", Int),
            ("child_ns_tid", Int),
            ("child_pid", Int),
            ("child_ns_pid", Int),
            ("start_time", Time),
            ("parent_process_tid", Int),
            ("parent_process_ns_tid", Int),
            ("parent_process_pid", Int),
            ("parent_process_ns_pid", Int),
            ("parent_process_start_time", Time),
            ("leader_tid", Int),
            ("leader_ns_tid", Int),
            ("leader_pid", Int),
            ("leader_ns_pid", Int),
            ("leader_start_time", Time)),
        Define(
            EventIds.SchedProcessExec,
            "sched_process_exec",
            ("cmdpath", Text),
            ("pathname", Text),
            ("dev", UInt),
            ("inode", ULong),
            ("ctime", ULong),
            ("inode_mode", UShort),
            ("interpreter_pathname", Text),
            ("interpreter_dev", UInt),
            ("interpreter_inode", ULong),
            ("interpreter_ctime", ULong),
            ("argv", TextList),
            ("interp", Text),
            ("stdin_type", UShort),
            ("stdin_path", Text),
            ("invoked_from_kernel", Bool),
            ("prev_comm", Text),
            ("env", TextList),
            ("pwd", Text)),
        Define(EventIds.SchedProcessExit, "sched_process_exit", ("exit_code", Int), ("signal_code", Int), ("process_group_exit", Bool)),
        Define(EventIds.CgroupAttachTask, "cgroup_attach_task", ("cgroup_path", Text), ("comm", Text), ("pid", Int)),
        Define(EventIds.CgroupMkdir, "cgroup_mkdir", ("cgroup_id", ULong), ("cgroup_path", Text), ("hierarchy_id", UInt)),
        Define(EventIds.CgroupRmdir, "cgroup_rmdir", ("cgroup_id", ULong), ("cgroup_path", Text), ("hierarchy_id", UInt)),
        Define(
            EventIds.SecurityFileOpen,
            "security_file_open",
            ("pathname", Text),
            ("flags", Int),
            ("dev", UInt),
            ("inode", ULong),
            ("ctime", ULong),
            ("syscall_pathname", Text)),
        Define(EventIds.SecurityInodeRename, "security_inode_rename", ("old_path", Text), ("new_path", Text)),
        Define(
            EventIds.NetPacketDns,
            "net_packet_dns",
            ("src", Text),
            ("dst", Text),
            ("src_port", UShort),
            ("dst_port", UShort),
            ("metadata", PacketMetadata),
            ("proto_dns", ProtoDns)),
        .. KernelObjectEvents.All,
        Define(EventIds.ContainerCreate, "container_create", ContainerArguments),
        Define(EventIds.ContainerRemove, "container_remove", ("runtime", Text), ("container_id", Text)),
        Define(EventIds.ExistingContainer, "existing_container", ContainerArguments),
        Define(EventIds.ContainerEnriched, "container_enriched", ContainerArguments),
        Define(EventIds.LostEvents, "lost_events", ("node", Text), ("from", ULong), ("to", ULong), ("count", ULong), ("reason", Text)),
        .. UnavailableEvents.All,
        new(EventIds.SnapshotProcess, "snapshot_process", [], Internal: true),
        new(EventIds.SnapshotCgroup, "snapshot_cgroup", [], Internal: true),
        new(EventIds.SnapshotEnd, "snapshot_end", [], Internal: true),
        new(EventIds.SnapshotThread, "snapshot_thread", [], Internal: true),
    ];

    private static readonly FrozenDictionary<string, EventDefinition> ByName = All.ToFrozenDictionary(e => e.Name);

    private static readonly EventDefinition?[] ById = Index();

    /// <summary>The definition with this number, or null.</summary>
    public static EventDefinition? Find(int id) => (uint)id < (uint)ById.Length ? ById[id] : null;

    /// <summary>The definition with this name, or null.</summary>
    public static EventDefinition? Find(string name) => ByName.GetValueOrDefault(name);

    private static (string Name, ArgumentType Type)[] ContainerArguments =>
    [
        ("runtime", Text),
        ("container_id", Text),
        ("ctime", Time),
        ("container_image", Text),
        ("container_image_digest", Text),
        ("container_name", Text),
        ("pod_name", Text),
        ("pod_namespace", Text),
        ("pod_uid", Text),
        ("pod_sandbox", Bool),
    ];

    internal static EventDefinition Define(int id, string name, params (string Name, ArgumentType Type)[] arguments) =>
        new(id, name, Array.ConvertAll(arguments, a => new ArgumentDefinition(a.Name, a.Type)));

    private static EventDefinition?[] Index()
    {
        var index = new EventDefinition?[EventSet.Limit];
        foreach (var definition in All)
        {
            index[definition.Id] = definition;
        }

        return index;
    }
}
