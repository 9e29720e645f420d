using System.Collections.Frozen;

namespace TraceeMesh.Contracts.Events;

/// <summary>What numbers that arguments carry are called in C: flags, requests, families, signals. For people: rules compare the numbers.</summary>
public static class ArgumentNames
{
    private static readonly NumberNames OpenFlags = NumberNames.Flags(
        [
            (0x1, "O_WRONLY"), (0x2, "O_RDWR"), (0x40, "O_CREAT"), (0x80, "O_EXCL"), (0x100, "O_NOCTTY"), (0x200, "O_TRUNC"), (0x400, "O_APPEND"),
            (0x800, "O_NONBLOCK"), (0x101000, "O_SYNC"), (0x1000, "O_DSYNC"), (0x2000, "O_ASYNC"), (0x4000, "O_DIRECT"), (0x8000, "O_LARGEFILE"),
            (0x410000, "O_TMPFILE"), (0x10000, "O_DIRECTORY"), (0x20000, "O_NOFOLLOW"), (0x40000, "O_NOATIME"), (0x80000, "O_CLOEXEC"), (0x200000, "O_PATH"),
        ],
        none: "O_RDONLY");

    private static readonly NumberNames Protection = NumberNames.Flags([(1, "PROT_READ"), (2, "PROT_WRITE"), (4, "PROT_EXEC")], none: "PROT_NONE");

    private static readonly NumberNames MapFlags = NumberNames.Flags(
    [
        (0x3, "MAP_SHARED_VALIDATE"), (0x1, "MAP_SHARED"), (0x2, "MAP_PRIVATE"), (0x10, "MAP_FIXED"), (0x20, "MAP_ANONYMOUS"), (0x40, "MAP_32BIT"),
        (0x100, "MAP_GROWSDOWN"), (0x800, "MAP_DENYWRITE"), (0x1000, "MAP_EXECUTABLE"), (0x2000, "MAP_LOCKED"), (0x4000, "MAP_NORESERVE"),
        (0x8000, "MAP_POPULATE"), (0x10000, "MAP_NONBLOCK"), (0x20000, "MAP_STACK"), (0x40000, "MAP_HUGETLB"), (0x100000, "MAP_FIXED_NOREPLACE"),
    ]);

    private static readonly NumberNames CloneFlags = NumberNames.Flags(
    [
        (0x80, "CLONE_NEWTIME"), (0x100, "CLONE_VM"), (0x200, "CLONE_FS"), (0x400, "CLONE_FILES"), (0x800, "CLONE_SIGHAND"), (0x1000, "CLONE_PIDFD"),
        (0x2000, "CLONE_PTRACE"), (0x4000, "CLONE_VFORK"), (0x8000, "CLONE_PARENT"), (0x10000, "CLONE_THREAD"), (0x20000, "CLONE_NEWNS"),
        (0x40000, "CLONE_SYSVSEM"), (0x80000, "CLONE_SETTLS"), (0x100000, "CLONE_PARENT_SETTID"), (0x200000, "CLONE_CHILD_CLEARTID"),
        (0x800000, "CLONE_UNTRACED"), (0x1000000, "CLONE_CHILD_SETTID"), (0x2000000, "CLONE_NEWCGROUP"), (0x4000000, "CLONE_NEWUTS"),
        (0x8000000, "CLONE_NEWIPC"), (0x10000000, "CLONE_NEWUSER"), (0x20000000, "CLONE_NEWPID"), (0x40000000, "CLONE_NEWNET"), (0x80000000, "CLONE_IO"),
    ]);

    private static readonly NumberNames MountFlags = NumberNames.Flags(
    [
        (0x1, "MS_RDONLY"), (0x2, "MS_NOSUID"), (0x4, "MS_NODEV"), (0x8, "MS_NOEXEC"), (0x10, "MS_SYNCHRONOUS"), (0x20, "MS_REMOUNT"), (0x400, "MS_NOATIME"),
        (0x1000, "MS_BIND"), (0x2000, "MS_MOVE"), (0x4000, "MS_REC"), (0x8000, "MS_SILENT"), (0x20000, "MS_UNBINDABLE"), (0x40000, "MS_PRIVATE"),
        (0x80000, "MS_SLAVE"), (0x100000, "MS_SHARED"), (0x200000, "MS_RELATIME"), (0x1000000, "MS_STRICTATIME"),
    ]);

    private static readonly NumberNames MemfdFlags = NumberNames.Flags([(1, "MFD_CLOEXEC"), (2, "MFD_ALLOW_SEALING"), (4, "MFD_HUGETLB"), (8, "MFD_NOEXEC_SEAL"), (16, "MFD_EXEC")]);

    private static readonly NumberNames Directory = NumberNames.Values([(-100, "AT_FDCWD")]);

    private static readonly NumberNames Family = NumberNames.Values(
        [(0, "AF_UNSPEC"), (1, "AF_UNIX"), (2, "AF_INET"), (10, "AF_INET6"), (16, "AF_NETLINK"), (17, "AF_PACKET"), (31, "AF_BLUETOOTH"), (38, "AF_ALG"), (40, "AF_VSOCK"), (44, "AF_XDP")]);

    private static readonly NumberNames Requests = NumberNames.Values(
    [
        (0, "PTRACE_TRACEME"), (1, "PTRACE_PEEKTEXT"), (2, "PTRACE_PEEKDATA"), (3, "PTRACE_PEEKUSER"), (4, "PTRACE_POKETEXT"), (5, "PTRACE_POKEDATA"),
        (6, "PTRACE_POKEUSER"), (7, "PTRACE_CONT"), (8, "PTRACE_KILL"), (9, "PTRACE_SINGLESTEP"), (12, "PTRACE_GETREGS"), (13, "PTRACE_SETREGS"),
        (14, "PTRACE_GETFPREGS"), (15, "PTRACE_SETFPREGS"), (16, "PTRACE_ATTACH"), (17, "PTRACE_DETACH"), (24, "PTRACE_SYSCALL"), (0x4200, "PTRACE_SETOPTIONS"),
        (0x4201, "PTRACE_GETEVENTMSG"), (0x4202, "PTRACE_GETSIGINFO"), (0x4203, "PTRACE_SETSIGINFO"), (0x4204, "PTRACE_GETREGSET"), (0x4205, "PTRACE_SETREGSET"),
        (0x4206, "PTRACE_SEIZE"), (0x4207, "PTRACE_INTERRUPT"), (0x4208, "PTRACE_LISTEN"), (0x4209, "PTRACE_PEEKSIGINFO"), (0x420e, "PTRACE_GET_SYSCALL_INFO"),
    ]);

    private static readonly NumberNames Signals = NumberNames.Values(
    [
        (1, "SIGHUP"), (2, "SIGINT"), (3, "SIGQUIT"), (4, "SIGILL"), (5, "SIGTRAP"), (6, "SIGABRT"), (7, "SIGBUS"), (8, "SIGFPE"), (9, "SIGKILL"), (10, "SIGUSR1"),
        (11, "SIGSEGV"), (12, "SIGUSR2"), (13, "SIGPIPE"), (14, "SIGALRM"), (15, "SIGTERM"), (16, "SIGSTKFLT"), (17, "SIGCHLD"), (18, "SIGCONT"), (19, "SIGSTOP"),
        (20, "SIGTSTP"), (21, "SIGTTIN"), (22, "SIGTTOU"), (23, "SIGURG"), (24, "SIGXCPU"), (25, "SIGXFSZ"), (26, "SIGVTALRM"), (27, "SIGPROF"), (28, "SIGWINCH"),
        (29, "SIGIO"), (30, "SIGPWR"), (31, "SIGSYS"),
    ]);

    private static readonly FrozenDictionary<string, NumberNames> ByArgument = new Dictionary<string, NumberNames>
    {
        ["open.flags"] = OpenFlags,
        ["openat.flags"] = OpenFlags,
        ["security_file_open.flags"] = OpenFlags,
        ["mmap.prot"] = Protection,
        ["mmap.flags"] = MapFlags,
        ["mprotect.prot"] = Protection,
        ["pkey_mprotect.prot"] = Protection,
        ["clone.flags"] = CloneFlags,
        ["unshare.flags"] = CloneFlags,
        ["setns.nstype"] = CloneFlags,
        ["mount.mountflags"] = MountFlags,
        ["memfd_create.flags"] = MemfdFlags,
        ["socket.domain"] = Family,
        ["socketpair.domain"] = Family,
        ["ptrace.request"] = Requests,
        ["kill.sig"] = Signals,
        ["tkill.sig"] = Signals,
        ["tgkill.sig"] = Signals,
        ["rt_sigqueueinfo.sig"] = Signals,
        ["rt_tgsigqueueinfo.sig"] = Signals,
        ["pidfd_send_signal.sig"] = Signals,
        ["rt_sigaction.signum"] = Signals,
    }.ToFrozenDictionary();

    /// <summary>The name of a number in an argument, flags joined by <c>|</c>; null where it has none, and is shown as a number.</summary>
    /// <param name="definition">The event.</param>
    /// <param name="index">Which argument.</param>
    /// <param name="value">The number.</param>
    public static string? Of(EventDefinition definition, int index, long value)
    {
        var name = definition.Arguments[index].Name;
        return name is "dirfd" or "olddirfd" or "newdirfd" ? Directory.Of(value) : ByArgument.GetValueOrDefault($"{definition.Name}.{name}")?.Of(value);
    }

    /// <summary>Every argument that has names, as <c>event.argument</c>.</summary>
    public static IEnumerable<string> Named => ByArgument.Keys;
}
