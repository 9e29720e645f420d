using static TraceeMesh.Contracts.Events.ArgumentType;
using static TraceeMesh.Contracts.Events.EventCatalog;

namespace TraceeMesh.Contracts.Events;

/// <summary>Events that are read from kernel objects; their records are described in bpf/include/records.h.</summary>
internal static class KernelObjectEvents
{
    internal static readonly EventDefinition[] All =
    [
        Define(
            EventIds.MemProtAlert,
            "mem_prot_alert",
            ("alert", UInt),
            ("addr", Pointer),
            ("len", ULong),
            ("prot", Int),
            ("prev_prot", Int),
            ("pathname", Text),
            ("dev", UInt),
            ("inode", ULong),
            ("ctime", ULong)),
        Define(EventIds.CommitCreds, "commit_creds", ("old_cred", Credentials), ("new_cred", Credentials)),
        Define(
            EventIds.SwitchTaskNs,
            "switch_task_ns",
            ("pid", Int),
            ("new_mnt", UInt),
            ("new_pid", UInt),
            ("new_uts", UInt),
            ("new_ipc", UInt),
            ("new_net", UInt),
            ("new_cgroup", UInt)),
        Define(EventIds.MagicWrite, "magic_write", ("pathname", Text), ("bytes", Bytes), ("dev", UInt), ("inode", ULong)),
        Define(EventIds.SecurityInodeUnlink, "security_inode_unlink", ("pathname", Text), ("inode", ULong), ("dev", UInt), ("ctime", ULong)),
        Define(EventIds.SecuritySocketListen, "security_socket_listen", ("sockfd", Int), ("local_addr", SocketAddress), ("backlog", Int)),
        Define(EventIds.SecuritySocketConnect, "security_socket_connect", ("sockfd", Int), ("type", Int), ("remote_addr", SocketAddress)),
        Define(EventIds.NetTcpConnect, "net_tcp_connect", ("dst", Text), ("dst_port", Int), ("dst_dns", TextList)),
        Define(EventIds.SecuritySocketAccept, "security_socket_accept", ("sockfd", Int), ("local_addr", SocketAddress)),
        Define(EventIds.SecuritySocketBind, "security_socket_bind", ("sockfd", Int), ("local_addr", SocketAddress)),
        Define(EventIds.SecuritySbMount, "security_sb_mount", ("dev_name", Text), ("path", Text), ("type", Text), ("flags", ULong)),
        Define(EventIds.SecurityBpf, "security_bpf", ("cmd", Int)),
        Define(EventIds.SocketDup, "socket_dup", ("oldfd", Int), ("newfd", Int), ("remote_addr", SocketAddress)),
        Define(EventIds.SharedObjectLoaded, "shared_object_loaded", ("pathname", Text), ("flags", Int), ("dev", UInt), ("inode", ULong), ("ctime", ULong)),
        Define(
            EventIds.ModuleLoad,
            "module_load",
            ("name", Text),
            ("version", Text),
            ("src_version", Text),
            ("pathname", Text),
            ("dev", UInt),
            ("inode", ULong),
            ("ctime", ULong)),
        Define(EventIds.TaskRename, "task_rename", ("old_name", Text), ("new_name", Text)),
        Define(EventIds.FileModification, "file_modification", ("file_path", Text), ("dev", UInt), ("inode", ULong), ("old_ctime", ULong), ("new_ctime", ULong)),
        Define(
            EventIds.ProcessExecuteFailed,
            "process_execute_failed",
            ("dirfd", Int),
            ("flags", Int),
            ("pathname", Text),
            ("binary.path", Text),
            ("binary.device_id", UInt),
            ("binary.inode_number", ULong),
            ("binary.ctime", ULong),
            ("binary.inode_mode", UShort),
            ("interpreter_path", Text),
            ("stdin_type", UShort),
            ("stdin_path", Text),
            ("kernel_invoked", Int),
            ("argv", TextList),
            ("envp", TextList)),
        Define(EventIds.SetFsPwd, "set_fs_pwd", ("unresolved_path", Text), ("resolved_path", Text)),
        Define(EventIds.NetPacketDnsRequest, "net_packet_dns_request", ("metadata", PacketEnds), ("dns_questions", DnsQuestions)),
        Define(EventIds.NetPacketDnsResponse, "net_packet_dns_response", ("metadata", PacketEnds), ("dns_response", DnsAnswers)),
        Define(EventIds.NetFlowTcpBegin, "net_flow_tcp_begin", FlowArguments),
        Define(EventIds.NetFlowTcpEnd, "net_flow_tcp_end", FlowArguments),
        Define(EventIds.IoUringSubmitReq, "io_uring_submit_req", ("opcode", Int), ("fd", Int), ("pathname", Text), ("remote_addr", SocketAddress)),
    ];

    private static (string Name, ArgumentType Type)[] FlowArguments =>
    [
        ("conn_direction", Text),
        ("src", Text),
        ("dst", Text),
        ("src_port", UShort),
        ("dst_port", UShort),
        ("src_dns", TextList),
        ("dst_dns", TextList),
    ];
}
