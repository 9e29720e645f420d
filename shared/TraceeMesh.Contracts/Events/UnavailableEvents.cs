using static TraceeMesh.Contracts.Events.ArgumentType;

namespace TraceeMesh.Contracts.Events;

/// <summary>
/// Events of Tracee's that this kernel side gives on no kernel, since no tracepoint tells them truthfully. They are declared, so
/// that what selects one is told why it gets none.
/// </summary>
internal static class UnavailableEvents
{
    private const string NoTable = "would tell nothing: since Linux 6.9 an x86-64 kernel calls system calls through a switch statement, not through the table";
    private const string NoProbe = "happens in a function of the kernel that no tracepoint tells of, and probes on functions are not used";
    private const string NoSecurityHook = "is a security hook without a tracepoint, and BPF programs on security hooks are not used";
    private const string NoMemory = "needs the addresses of the kernel's own code and data read and judged, which no tracepoint gives a reason to do at";
    private const string NoModule = "needs the list of modules walked behind the kernel's back, which a tracepoint's program cannot do truthfully";

    private const int First = 950;

    private static readonly (string Name, string Reason, (string Name, ArgumentType Type)[] Arguments)[] Declared =
    [
        ("syscall_table_check", NoTable, [("syscall_id", Int), ("syscall_address", ULong)]),
        ("hooked_syscall", NoTable, [("syscall", Text), ("address", Text), ("function", Text), ("owner", Text)]),
        ("hooked_proc_fops", NoMemory, [("hooked_fops_pointers", Unknown)]),
        ("print_net_seq_ops", NoMemory, [("net_seq_ops", Unknown)]),
        ("hooked_seq_ops", NoMemory, [("hooked_seq_ops", Unknown)]),
        ("ftrace_hook", NoMemory, [("symbol", Text), ("trampoline", Text), ("callback", Text), ("callback_offset", Long), ("callback_owner", Text), ("flags", Text), ("count", ULong)]),
        ("hidden_kernel_module", NoModule, [("address", Text), ("name", Text), ("srcversion", Text)]),
        ("do_init_module", NoProbe, [("name", Text), ("version", Text), ("src_version", Text)]),
        ("security_kernel_read_file", NoSecurityHook, [("pathname", Text), ("dev", UInt), ("inode", ULong), ("type", Int), ("ctime", ULong)]),
        ("security_kernel_post_read_file", NoSecurityHook, [("pathname", Text), ("size", Long), ("type", Int)]),
        ("security_bpf_map", NoSecurityHook, [("map_id", UInt), ("map_name", Text)]),
        ("security_bpf_prog", NoSecurityHook, [("type", Int), ("name", Text), ("helpers", Unknown), ("id", UInt), ("load", Bool)]),
        ("security_mmap_file", NoSecurityHook, [("pathname", Text), ("flags", Int), ("dev", UInt), ("inode", ULong), ("ctime", ULong), ("prot", ULong), ("mmap_flags", ULong)]),
        ("security_inode_mknod", NoSecurityHook, [("file_name", Text), ("mode", UShort), ("dev", UInt)]),
        ("security_inode_symlink", NoSecurityHook, [("linkpath", Text), ("target", Text)]),
        ("kprobe_attach", NoProbe, [("symbol_name", Text), ("pre_handler_addr", Pointer), ("post_handler_addr", Pointer)]),
        ("kallsyms_lookup_name", NoProbe, [("symbol_name", Text), ("symbol_address", Pointer)]),
        ("call_usermodehelper", NoProbe, [("pathname", Text), ("argv", TextList), ("envp", TextList), ("wait", Int)]),
        ("proc_create", NoProbe, [("name", Text), ("proc_ops_addr", Pointer)]),
        ("debugfs_create_file", NoProbe, [("file_name", Text), ("path", Text), ("mode", UShort), ("proc_ops_addr", Pointer)]),
        ("debugfs_create_dir", NoProbe, [("name", Text), ("path", Text)]),
        ("device_add", NoProbe, [("name", Text), ("parent_name", Text)]),
        ("register_chrdev", NoProbe, [("requested_major_number", UInt), ("granted_major_number", UInt), ("char_device_name", Text), ("char_device_fops", Pointer)]),
        ("load_elf_phdrs", NoProbe, [("pathname", Text), ("dev", UInt), ("inode", ULong)]),
        ("dirty_pipe_splice", NoProbe, [("inode_in", ULong), ("in_file_type", UShort), ("in_file_path", Text), ("exposed_data_start_offset", ULong), ("exposed_data_len", ULong), ("inode_out", ULong), ("out_pipe_last_buffer_flags", UInt)]),
    ];

    internal static readonly EventDefinition[] All =
    [
        .. Declared.Select((e, i) => new EventDefinition(First + i, e.Name, Array.ConvertAll(e.Arguments, a => new ArgumentDefinition(a.Name, a.Type))) { Unavailable = e.Reason }),
    ];
}
