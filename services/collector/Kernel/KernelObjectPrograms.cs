using TraceeMesh.Contracts.Events;
using static TraceeMesh.Collector.Kernel.ProgramUse;

namespace TraceeMesh.Collector.Kernel;

/// <summary>The programs that read events from kernel objects.</summary>
internal static class KernelObjectPrograms
{
    internal static readonly KernelProgramTable.Entry[] All =
    [
        // unlink, unlinkat
        new("call_unlink", [EventIds.SecurityInodeUnlink], Returning, new([87, 263], [10, 301])),

        // chdir, fchdir
        new("call_chdir", [EventIds.SetFsPwd], Returning, new([80, 81], [12, 133])),
        new("call_mount", [EventIds.SecuritySbMount], Returning, new([165], [21])),

        // open, creat, openat, open_by_handle_at, openat2
        new("call_open_to_write", [EventIds.FileModification], Returning, new([2, 85, 257, 304, 437], [5, 8, 295, 342, 437])),

        // write, pwrite64, writev, pwritev, pwritev2
        new("call_write", [EventIds.MagicWrite, EventIds.FileModification], Returning, new([1, 18, 20, 296, 328], [4, 181, 146, 334, 379])),

        // ftruncate, fallocate; of 32 bits also ftruncate64
        new("call_resize", [EventIds.FileModification], Returning, new([77, 285], [93, 194, 324])),
        new("call_connect", [EventIds.SecuritySocketConnect], Returning, new([42], [362])),
        new("call_bind", [EventIds.SecuritySocketBind], Returning, new([49], [361])),
        new("call_listen", [EventIds.SecuritySocketListen], Returning, new([50], [363])),

        // accept, accept4
        new("call_accept", [EventIds.SecuritySocketAccept, EventIds.NetFlowTcpBegin, EventIds.NetFlowTcpEnd], Returning, new([43, 288], [364])),
        new(
            "call_socketcall",
            [
                EventIds.SecuritySocketConnect,
                EventIds.SecuritySocketBind,
                EventIds.SecuritySocketListen,
                EventIds.SecuritySocketAccept,
                EventIds.NetFlowTcpBegin,
                EventIds.NetFlowTcpEnd,
            ],
            Returning,
            new([], [102])),

        // dup, dup2, dup3, fcntl; of 32 bits also fcntl64
        new("call_dup", [EventIds.SocketDup], Returning, new([32, 33, 292, 72], [41, 63, 330, 55, 221])),
        new("on_inet_sock_set_state", [EventIds.NetTcpConnect, EventIds.NetFlowTcpBegin, EventIds.NetFlowTcpEnd], OnDemand),

        // mprotect, pkey_mprotect
        new("before_mprotect", [EventIds.MemProtAlert], Beginning, new([10, 329], [125, 380])),
        new("call_mprotect", [EventIds.MemProtAlert], Returning, new([10, 329], [125, 380])),

        // mmap; of 32 bits also mmap2
        new("call_mmap", [EventIds.MemProtAlert, EventIds.SharedObjectLoaded], Returning, new([9], [90, 192])),
        new("before_change", [EventIds.CommitCreds, EventIds.SwitchTaskNs], Beginning, new([.. CredentialCalls.Native, .. NamespaceCalls.Native, .. ExecCalls.Native], [.. CredentialCalls.Compat, .. NamespaceCalls.Compat, .. ExecCalls.Compat])),
        new("call_credentials", [EventIds.CommitCreds], Returning, CredentialCalls),
        new("call_namespaces", [EventIds.CommitCreds, EventIds.SwitchTaskNs], Returning, NamespaceCalls),
        new("on_exec_credentials", [EventIds.CommitCreds], OnDemand),
        new("call_exec_failed", [EventIds.ProcessExecuteFailed], Returning, ExecCalls),
        new("call_bpf", [EventIds.SecurityBpf], Returning, new([321], [357])),
        new("on_task_renamed", [EventIds.TaskRename], OnDemand),
        new("on_io_uring_submit_req", [EventIds.IoUringSubmitReq], OnDemand),
        new("on_module_load", [EventIds.ModuleLoad], OnDemand),
    ];

    // setuid, setgid, setreuid, setregid, setresuid, setresgid, setfsuid, setfsgid, capset, prctl; of 32 bits all but the
    // last two twice, for identities of 16 and of 32 bits.
    private static CallNumbers CredentialCalls => new(
        [105, 106, 113, 114, 117, 119, 122, 123, 126, 157],
        [23, 46, 70, 71, 164, 170, 138, 139, 213, 214, 203, 204, 208, 210, 215, 216, 185, 172]);

    // unshare, setns
    private static CallNumbers NamespaceCalls => new([272, 308], [310, 346]);

    // execve, execveat
    private static CallNumbers ExecCalls => new([59, 322], [11, 358]);
}
