using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using TraceeMesh.Collector.Kernel;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Signatures;

namespace TraceeMesh.Tests.Unit.Repository;

/// <summary>docs/events.md, made from the catalog, the table of programs, their source, and what the verifier walked.</summary>
internal static partial class EventDocument
{
    private const int InstructionLimit = 1_000_000;

    // What an event is blind to; of system calls by their names the text says it once.
    private static readonly Dictionary<string, string> Blind = new()
    {
        ["sched_process_fork"] = "threads of the kernel",
        ["sched_process_exec"] = "an exec that fails; argv and env beyond 16 KiB each",
        ["sched_process_exit"] = "",
        ["cgroup_attach_task"] = "",
        ["cgroup_mkdir"] = "",
        ["cgroup_rmdir"] = "",
        ["security_file_open"] = "opens by io_uring, by exec and inside the kernel; `O_PATH`; a descriptor another thread closed before the call returned (the path is then empty); a path deeper than 256 steps or longer than 4096 bytes lacks its beginning",
        ["security_inode_rename"] = "renames by io_uring and inside the kernel; the names are the caller's memory as the call returns",
        ["net_packet_dns"] = "DNS over another port, over TLS or HTTPS; packets on a socket that sent nothing since the programs were loaded are in nobody's name",
        ["mem_prot_alert"] = "of one call more than the most alarming of its first 16 mappings; the protection until then where another thread held the map (`prev_prot` is -1)",
        ["commit_creds"] = "changes by keyctl; those of a new task, which `sched_process_fork` and its head tell",
        ["switch_task_ns"] = "namespaces a new task is made with",
        ["magic_write"] = "what is not written by a call of the write family: `splice`, `sendfile`, `copy_file_range`, memory maps, io_uring; a descriptor another thread closed before the call returned; the bytes are the caller's memory as the call returns",
        ["security_inode_unlink"] = "removals by io_uring and inside the kernel; inode, device and ctime of what is gone (absent); the name is the caller's memory as the call returns",
        ["security_socket_listen"] = "the address where another thread closed the descriptor before the call returned (absent)",
        ["security_socket_connect"] = "connects by io_uring (see `net_tcp_connect`, `io_uring_submit_req`); where the call failed, or another thread closed the descriptor, the address is the caller's memory",
        ["net_tcp_connect"] = "names that were resolved before the programs were loaded, or over TLS or HTTPS",
        ["security_socket_accept"] = "accepts by io_uring, and those that wait or fail",
        ["security_socket_bind"] = "where the call failed, or another thread closed the descriptor, the address is the caller's memory",
        ["security_sb_mount"] = "`fsmount` and `move_mount`; the strings are the caller's memory as the call returns",
        ["security_bpf"] = "",
        ["socket_dup"] = "descriptors passed over a unix socket or taken by `pidfd_getfd`",
        ["shared_object_loaded"] = "files that become executable by `mprotect` (see `mem_prot_alert`)",
        ["module_load"] = "nothing is known: it has not run here, where the kernel has no modules",
        ["task_rename"] = "",
        ["file_modification"] = "files opened before it was selected; writes through memory maps, `splice`, `sendfile`, io_uring",
        ["process_execute_failed"] = "the binary and its interpreter, which the kernel has let go of (absent); texts are the caller's memory as the call returns",
        ["set_fs_pwd"] = "`chroot`, `pivot_root`, and a `setns` that changes it",
        ["net_packet_dns_request"] = "as `net_packet_dns`; over TCP a message that is not in one segment",
        ["net_packet_dns_response"] = "as `net_packet_dns_request`",
        ["net_flow_tcp_begin"] = "an accepted connection before `accept` returns, and one accepted by io_uring",
        ["net_flow_tcp_end"] = "connections older than the programs, and accepted ones whose begin was not seen",
        ["io_uring_submit_req"] = "whether the request succeeded",
        ["container_create"] = "derived from `cgroup_mkdir`",
        ["container_remove"] = "derived from `cgroup_rmdir`",
        ["existing_container"] = "derived from the snapshot",
        ["container_enriched"] = "derived from what a runtime answers",
        ["lost_events"] = "derived from gaps in what was produced",
    };

    /// <summary>The text.</summary>
    public static string Write()
    {
        var text = new StringBuilder();
        text.AppendLine("# Events").AppendLine();
        text.AppendLine("Made from the code by a test; `TRACEEMESH_WRITE_DOCUMENTS=1 dotnet test -c Release tests/Unit --filter EventDocument` writes it anew.");
        text.AppendLine("Names, arguments and types are Tracee's; [wire.md](wire.md) says how they travel.").AppendLine();
        WriteEvents(text);
        WriteCalls(text);
        WriteUnavailable(text);
        WritePrograms(text);
        return text.ToString();
    }

    private static void WriteEvents(StringBuilder text)
    {
        text.AppendLine("## Events of the kernel's objects and of the node").AppendLine();
        text.AppendLine("| event | number | arguments | program | does not see |").AppendLine("|---|---|---|---|---|");
        foreach (var e in EventCatalog.All.Where(e => !e.Internal && e.Unavailable is null && !SystemCallTable.IsSystemCall(e.Id)).OrderBy(e => e.Id))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| `{e.Name}` | {e.Id} | {Arguments(e)} | {string.Join(", ", Programs(e.Id).Select(p => $"`{p}`"))} | {Blind.GetValueOrDefault(e.Name, "")} |");
        }

        text.AppendLine();
    }

    private static void WriteCalls(StringBuilder text)
    {
        text.AppendLine("## System calls by their names").AppendLine();
        text.AppendLine("One record for each call as it returns, with its return value; of `exit`, `exit_group`, `rt_sigreturn` and `sigreturn`, which do not");
        text.AppendLine("return to their caller, as it begins; of an `execve` or `execveat` that succeeds, from what the kernel copied of its texts (`execveat`");
        text.AppendLine("then lacks `dirfd` and `flags`, and a file opened by descriptor is named as the kernel names it). The return of a new task from");
        text.AppendLine("the `clone` that made it is not told. The program is attached only while somebody selects one of these events. `*` selects those in");
        text.AppendLine("**bold**; the others are asked for by name. The table is [SystemCalls.tsv](../shared/TraceeMesh.Contracts/Events/SystemCalls.tsv).");
        text.AppendLine();
        text.AppendLine("- What an argument points at is the caller's memory as the call returns: another thread may have changed it since the kernel");
        text.AppendLine("  looked. What matters for security has events of its own, read from kernel objects.");
        text.AppendLine("- An argument is absent (null) where its memory could not be read without a page fault: at a wrong address, or never touched by");
        text.AppendLine("  the kernel since the call had failed before. A null pointer to a text is an empty text.");
        text.AppendLine("- Flags, signals and the like are numbers; `tmesh events --names` shows what they are called.");
        text.AppendLine("- Texts are cut at 4096 bytes, lists at 256 texts or 12 KiB, a socket address at 128 bytes.");
        text.AppendLine("- Not seen: calls answered in user space (`gettimeofday`, `clock_gettime`, `time`, `getcpu` by the vDSO), what io_uring does without a");
        text.AppendLine("  call, calls that seccomp ends the process for, calls of the mesh's own processes.");
        text.AppendLine("- A call that a signal interrupts and the kernel makes again returns -512 to -516, which the caller never sees.");
        text.AppendLine("- 32-bit calls have the event of the same name; those that only the 32-bit table has, numbers from 600. `socketcall` and `ipc` are");
        text.AppendLine("  events of their own, not what they lead to.");
        text.AppendLine(CultureInfo.InvariantCulture, $"- Without an event: {string.Join(", ", SystemCallTable.Calls.Where(c => c.EventId is null).Select(c => $"`{c.Name}`").Distinct())}.");
        text.AppendLine().AppendLine("| event | number | arguments |").AppendLine("|---|---|---|");
        foreach (var e in SystemCallTable.Events)
        {
            var name = SystemCallTable.IsDefault(e.Id) ? $"**`{e.Name}`**" : $"`{e.Name}`";
            text.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {e.Id} | {Arguments(e)} |");
        }

        text.AppendLine();
    }

    private static void WriteUnavailable(StringBuilder text)
    {
        text.AppendLine("## Declared, and given by no kernel").AppendLine();
        text.AppendLine("What selects one of these is told so by `tmesh signatures`. On a kernel that refuses a program its events are told likewise, with what");
        text.AppendLine("the kernel said in the collector's log.").AppendLine();
        text.AppendLine("| event | why | built-in signatures that suffer |").AppendLine("|---|---|---|");
        foreach (var e in EventCatalog.All.Where(e => e.Unavailable is not null))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| `{e.Name}` | {e.Unavailable} | {string.Join(", ", BuiltIn().Where(s => s.SelectedEvents.Any(x => x.Name == e.Name)).Select(s => $"`{s.Metadata.EventName}`"))} |");
        }

        text.AppendLine();
    }

    private static void WritePrograms(StringBuilder text)
    {
        var sections = Sections();
        text.AppendLine("## Programs").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"What the verifier walked on Linux 6.18 of the {InstructionLimit} instructions it allows; a test of the kernel tier holds it to that.");
        text.AppendLine("The hooks are the same on every kernel.").AppendLine();
        text.AppendLine("| program | hook | attached | instructions | free |").AppendLine("|---|---|---|---|---|");
        foreach (var line in File.ReadLines(Path.Combine(RepositoryFiles.Root, "bpf/instructions.tsv")))
        {
            var (name, count) = (line.Split('\t')[0], int.Parse(line.Split('\t')[1], CultureInfo.InvariantCulture));
            var entry = KernelProgramTable.All.First(e => e.Name == name);
            var attached = entry.Use == ProgramUse.Always ? "always" : entry.Use == ProgramUse.Snapshot ? "for a snapshot" : "while one of its events is selected";
            text.AppendLine(CultureInfo.InvariantCulture, $"| `{name}` | `{sections[name]}` | {attached} | {count} | {100 - (100.0 * count / InstructionLimit):f1} % |");
        }
    }

    private static string Arguments(EventDefinition e) =>
        string.Join(", ", e.Arguments.Select(a => $"`{a.Name}` {ArgumentTypes.Name(a.Type).Replace("*", "\\*", StringComparison.Ordinal)}"));

    private static IEnumerable<string> Programs(int eventId) => KernelProgramTable.All.Where(p => p.Events.Contains(eventId)).Select(p => p.Name);

    private static IEnumerable<Signature> BuiltIn() =>
        System.Reflection.Assembly.Load("TraceeMesh.Signatures.BuiltIn").GetTypes()
            .Where(t => t.IsSubclassOf(typeof(Signature)) && !t.IsAbstract)
            .OrderBy(t => t.Name, StringComparer.Ordinal)
            .Select(t => (Signature)Activator.CreateInstance(t)!);

    private static Dictionary<string, string> Sections()
    {
        var sections = new Dictionary<string, string>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(RepositoryFiles.Root, "bpf/programs"), "*.c"))
        {
            foreach (Match program in Program().Matches(File.ReadAllText(file)))
            {
                sections[program.Groups[2].Value] = program.Groups[1].Value;
            }
        }

        return sections;
    }

    [GeneratedRegex("""SEC\("([^"]+)"\)\s+int (?:BPF_PROG\()?(\w+)""")]
    private static partial Regex Program();
}
