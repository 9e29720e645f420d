using TraceeMesh.Contracts.Events;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Kernel;

/// <summary>What a task is and what it tries, compared with what it knows of itself.</summary>
[Collection(nameof(LoadedKernel))]
public class IdentityEventTests(LoadedKernel kernel)
{
    private const int NoEntry = -2;
    private const int BadDescriptor = -9;
    private const int BadAddress = -14;

    [KernelFact]
    public void Name_Changes_IsToldWithTheOldOne()
    {
        var (_, events) = Run(EventIds.TaskRename);

        var renamed = events[^1];
        Assert.Equal(("identity", "renamed", "prctl"), (renamed.Text("old_name"), renamed.Text("new_name"), renamed.Syscall));
    }

    [KernelFact]
    public void Namespaces_Switched_AreTold()
    {
        var (trigger, events) = Run(EventIds.SwitchTaskNs);

        var switched = Assert.Single(events);
        Assert.Equal((trigger.ProcessId, "unshare"), (switched.Number("pid"), switched.Syscall));
        Assert.Equal((trigger.Number("uts"), trigger.Number("ipc")), (switched.Number("new_uts"), switched.Number("new_ipc")));
        Assert.NotEqual(trigger.Number("uts.before"), switched.Number("new_uts"));
        Assert.Equal((0L, 0L, 0L, 0L), (switched.Number("new_mnt"), switched.Number("new_pid"), switched.Number("new_net"), switched.Number("new_cgroup")));
    }

    [KernelFact]
    public void Credentials_Changed_AreToldAsTheyWereAndAre()
    {
        var (trigger, events) = Run(EventIds.CommitCreds);

        Assert.Equal(["setresgid", "setresuid"], events.Select(e => e.Syscall));
        var group = events[0];
        Assert.Equal(["0", "0", "0", "0"], Fields(group, "old_cred", "Gid", "Egid", "Sgid", "Fsgid"));
        Assert.Equal(["1234", "1235", "1236", "1235"], Fields(group, "new_cred", "Gid", "Egid", "Sgid", "Fsgid"));
        var user = events[1];
        Assert.Equal(["0", "0", "0", "0"], Fields(user, "old_cred", "Uid", "Euid", "Suid", "Fsuid"));
        Assert.Equal(["4321", "4322", "4323", "4322"], Fields(user, "new_cred", "Uid", "Euid", "Suid", "Fsuid"));
        Assert.Equal([trigger["capabilities.before"], trigger["user"]], Fields(user, "old_cred", "CapEffective", "UserNamespace"));
        Assert.Equal([trigger["capabilities"], trigger["bounding"], trigger["user"], "0"], Fields(user, "new_cred", "CapEffective", "CapBounding", "UserNamespace", "SecureBits"));
    }

    [KernelFact]
    public void Execute_OfASetUserProgram_ChangesTheCredentials()
    {
        using var directory = new TemporaryDirectory();
        var program = Path.Combine(directory.Path, "other-user");
        File.Copy(Trigger.PathOf("nothing"), program);
        Assert.Equal(0, NativeFile.ChangeOwner(program, 4711, 4712));
        File.SetUnixFileMode(directory.Path, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(program, UnixFileMode.SetUser | UnixFileMode.SetGroup | (UnixFileMode)0b111_101_101);
        var pid = 0;
        var records = kernel.Watch(new EventSet(EventIds.CommitCreds), () =>
        {
            using var process = System.Diagnostics.Process.Start(program);
            pid = process.Id;
            process.WaitForExit();
        });

        var changed = SeenEvent.Of(records, pid, EventIds.CommitCreds)[^1];
        Assert.Equal(["0", "0", "0"], Fields(changed, "old_cred", "Uid", "Euid", "Egid"));
        Assert.Equal(["0", "4711", "4712"], Fields(changed, "new_cred", "Uid", "Euid", "Egid"));
        Assert.Equal("execve", changed.Syscall);
    }

    [KernelFact]
    public void Credentials_ChangedByAThirtyTwoBitCall_AreTold()
    {
        Trigger trigger = null!;
        var records = kernel.Watch(new EventSet(EventIds.CommitCreds), () => trigger = Trigger.Run("narrow"));

        var changed = Assert.Single(SeenEvent.Of(records, trigger.ProcessId, EventIds.CommitCreds));
        Assert.Equal(("setresgid32", "1234", "0"), (changed.Syscall, changed.Field("new_cred", "Gid"), changed.Field("new_cred", "Egid")));
    }

    [KernelFact]
    public void Memory_OfAnotherProcess_IsOpenedByItsPath()
    {
        var pid = 0;
        var records = kernel.Watch(new EventSet(EventIds.SecurityFileOpen), () => Trigger.Run("wait", other =>
        {
            pid = other;
            using var memory = File.OpenHandle($"/proc/{other}/mem", FileMode.Open, FileAccess.ReadWrite);
        }));

        var open = Assert.Single(SeenEvent.Of(records, Environment.ProcessId, EventIds.SecurityFileOpen), e => e.Text("pathname") == $"/proc/{pid}/mem");
        Assert.Equal(2, open.Number("flags") & 3);
    }

    [KernelFact]
    public void Execute_ThatFails_HasWhatWasAskedFor()
    {
        var (_, events) = Run(EventIds.ProcessExecuteFailed);

        Assert.Equal([(long)NoEntry, BadDescriptor, BadAddress], events.Select(e => e.ReturnValue));
        Assert.Equal(["execve", "execveat", "execve"], events.Select(e => e.Syscall));
        Assert.Equal(["/nowhere/to/be/found", "relative", ""], events.Select(e => e.Text("pathname")));
        Assert.Equal(("""["nobody","at","home"]""", """["WHO=cares"]"""), (events[0]["argv"], events[0]["envp"]));
        Assert.Equal((777L, 0x100L), (events[1].Number("dirfd"), events[1].Number("flags")));
        Assert.Equal(("[]", "[]"), (events[2]["argv"], events[2]["envp"]));
        Assert.All(events, e => Assert.Equal((0x1000L, 0L), (e.Number("stdin_type"), e.Number("kernel_invoked"))));
        Assert.All(events, e => Assert.Equal((null, null), (e["binary.path"], e["interpreter_path"])));
    }

    [KernelFact]
    public void Bpf_IsCalled_HasItsCommand()
    {
        var (_, events) = Run(EventIds.SecurityBpf);

        var call = Assert.Single(events);
        Assert.Equal((0L, "bpf"), (call.Number("cmd"), call.Syscall));
        Assert.True(call.ReturnValue < 0);
    }

    [KernelFact]
    public void Uring_Requests_AreToldWithTheKernelsOwnCopies()
    {
        using var directory = new TemporaryDirectory();
        Trigger trigger = null!;
        var records = kernel.Watch(new EventSet(EventIds.IoUringSubmitReq), () => trigger = Trigger.Run("uring", directory.Path));

        var events = SeenEvent.Of(records, trigger.ProcessId, EventIds.IoUringSubmitReq);
        Assert.Equal([18L, 16, 36], events.Select(e => e.Number("opcode")));
        Assert.Equal([-100L, trigger.Number("client"), trigger.Number("directory")], events.Select(e => e.Number("fd")));
        Assert.Equal([$"{directory.Path}/by-uring", "", "by-uring"], events.Select(e => e.Text("pathname")));
        Assert.Equal([null, """{"sa_family":"AF_INET","sin_port":"1","sin_addr":"127.0.0.1"}""", null], events.Select(e => e["remote_addr"]));
    }

    private static string[] Fields(SeenEvent e, string argument, params string[] names) => Array.ConvertAll(names, n => e.Field(argument, n) ?? "absent");

    private (Trigger Trigger, List<SeenEvent> Events) Run(int id)
    {
        Trigger trigger = null!;
        var records = kernel.Watch(new EventSet(id), () => trigger = Trigger.Run("identity"));
        return (trigger, SeenEvent.Of(records, trigger.ProcessId, id));
    }
}
