using System.Globalization;
using System.Text;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Kernel;

[Collection(nameof(LoadedKernel))]
public class ProcessEventTests(LoadedKernel kernel)
{
    [KernelFact]
    public void Fork_OfProcess_NamesParentAndChild()
    {
        Trigger trigger = null!;
        var records = kernel.Watch(LoadedKernel.AllEvents, () => trigger = Trigger.Run("fork"));

        var fork = Assert.Single(records, r => r.Event == EventIds.SchedProcessFork && r.Read<ForkBody>().Body.Child.Tid == trigger.Number("exits"));
        var body = fork.Read<ForkBody>().Body;
        Assert.Equal((uint)trigger.ProcessId, body.Parent.Tid);
        Assert.Equal((uint)trigger.ProcessId, body.Parent.Pid);
        Assert.Equal((uint)trigger.ProcessId, body.ParentProcess.Pid);
        Assert.Equal(body.Child, body.Leader);
        Assert.Equal(body.Child.Tid, body.Child.NsTid);
        Assert.Equal((uint)trigger.ProcessId, fork.Head.HostPid);
        Assert.Equal((uint)Environment.ProcessId, fork.Head.HostPpid);
        Assert.Equal("fork", fork.Comm);
        Assert.InRange(body.Child.StartTime, body.Parent.StartTime + 1, fork.Head.Time);
    }

    [KernelFact]
    public void Fork_OfThread_NamesItsProcessAndThatOnesParent()
    {
        Trigger trigger = null!;
        var records = kernel.Watch(LoadedKernel.AllEvents, () => trigger = Trigger.Run("fork"));

        var fork = Assert.Single(records, r => r.Event == EventIds.SchedProcessFork && r.Read<ForkBody>().Body.Child.Tid == trigger.Number("thread"));
        var body = fork.Read<ForkBody>().Body;
        Assert.Equal((uint)trigger.ProcessId, body.Parent.Tid);
        Assert.Equal((uint)trigger.ProcessId, body.Child.Pid);
        Assert.Equal((uint)trigger.ProcessId, body.Leader.Tid);
        Assert.Equal((uint)Environment.ProcessId, body.ParentProcess.Pid);
    }

    [KernelFact]
    public void Exit_WithCode_CarriesIt()
    {
        Trigger trigger = null!;
        var records = kernel.Watch(LoadedKernel.AllEvents, () => trigger = Trigger.Run("fork"));

        var body = Assert.Single(records, r => r.Event == EventIds.SchedProcessExit && r.Head.HostTid == trigger.Number("exits")).Read<ExitBody>().Body;
        Assert.Equal((7, 0, 1), (body.ExitCode, body.SignalCode, body.ProcessGroupExit));
    }

    [KernelFact]
    public void Exit_BySignal_CarriesTheSignal()
    {
        Trigger trigger = null!;
        var records = kernel.Watch(LoadedKernel.AllEvents, () => trigger = Trigger.Run("fork"));

        var body = Assert.Single(records, r => r.Event == EventIds.SchedProcessExit && r.Head.HostTid == trigger.Number("killed")).Read<ExitBody>().Body;
        Assert.Equal((0, 9, 1), (body.ExitCode, body.SignalCode, body.ProcessGroupExit));
    }

    [KernelFact]
    public void Exit_OfOneThread_IsNotTheProcess()
    {
        Trigger trigger = null!;
        var records = kernel.Watch(LoadedKernel.AllEvents, () => trigger = Trigger.Run("fork"));

        var thread = Assert.Single(records, r => r.Event == EventIds.SchedProcessExit && r.Head.HostTid == trigger.Number("thread"));
        Assert.Equal(0, thread.Read<ExitBody>().Body.ProcessGroupExit);
        Assert.Equal((uint)trigger.ProcessId, thread.Head.HostPid);
        var process = Assert.Single(records, r => r.Event == EventIds.SchedProcessExit && r.Head.HostTid == trigger.ProcessId);
        Assert.Equal(1, process.Read<ExitBody>().Body.ProcessGroupExit);
    }

    [KernelFact]
    public void Exec_WithEverythingKnown_CarriesAllOfIt()
    {
        using var directory = new TemporaryDirectory();
        Trigger trigger = null!;
        var records = kernel.Watch(LoadedKernel.AllEvents, () => trigger = Trigger.Run("exec", directory.Path), environment: true);

        var exec = records.Last(r => r.Event == EventIds.SchedProcessExec && r.Head.HostPid == trigger.ProcessId);
        var (body, tail) = exec.Read<ExecBody>();
        Assert.Equal(
            [
                trigger["path"], trigger["path"], trigger["interpreter"], trigger["path"], "/dev/null", directory.Path,
                "known name\0first\0\0third\0", "LD_PRELOAD=/nonexistent/mesh.so\0COLOUR=blue\0",
            ],
            tail);
        Assert.Equal((ulong)trigger.Number("path.inode"), body.Inode);
        Assert.Equal((uint)trigger.Number("path.dev"), body.Dev);
        Assert.Equal((ulong)trigger.Number("path.ctime"), body.Ctime);
        Assert.Equal((ushort)trigger.Number("path.mode"), body.InodeMode);
        Assert.Equal((ulong)trigger.Number("interpreter.inode"), body.InterpreterInode);
        Assert.Equal((uint)trigger.Number("interpreter.dev"), body.InterpreterDev);
        Assert.Equal((ulong)trigger.Number("interpreter.ctime"), body.InterpreterCtime);
        Assert.Equal("before-exec", Encoding.UTF8.GetString(RecordReader.Text(in body.PreviousComm)));
        Assert.Equal(1, body.HasEnv);
        Assert.Equal(0, body.InvokedFromKernel);
        Assert.Equal(0x2000, body.StdinType);
        Assert.Equal("exec", exec.Comm);
        Assert.Equal(59, exec.Head.Syscall);
        Assert.Equal(0, exec.Head.Truncated);
        Assert.Equal(0u, exec.Head.Uid);
    }

    [KernelFact]
    public void Exec_EnvironmentNotWanted_HasNone()
    {
        using var directory = new TemporaryDirectory();
        Trigger trigger = null!;
        var records = kernel.Watch(LoadedKernel.AllEvents, () => trigger = Trigger.Run("exec", directory.Path));

        var (body, tail) = records.Last(r => r.Event == EventIds.SchedProcessExec && r.Head.HostPid == trigger.ProcessId).Read<ExecBody>();
        Assert.Equal(0, body.HasEnv);
        Assert.Equal("", tail[7]);
    }

    [KernelFact]
    public void Exec_StandardInputIsAPipe_HasNoPath()
    {
        Trigger trigger = null!;
        var records = kernel.Watch(LoadedKernel.AllEvents, () => trigger = Trigger.Run("nothing"));

        var exec = Assert.Single(records, r => r.Event == EventIds.SchedProcessExec && r.Head.HostPid == trigger.ProcessId);
        var (body, tail) = exec.Read<ExecBody>();
        Assert.Equal("", tail[4]);
        Assert.Equal(0x1000, body.StdinType & 0x1000);
        Assert.Equal(0, exec.Head.Truncated);
    }

    [KernelFact]
    public void Exec_FromMemfd_HasItsBareName()
    {
        Trigger trigger = null!;
        var records = kernel.Watch(LoadedKernel.AllEvents, () => trigger = Trigger.Run("memfd", Trigger.PathOf("nothing")));

        var (_, tail) = records.Last(r => r.Event == EventIds.SchedProcessExec && r.Head.HostPid == trigger.ProcessId).Read<ExecBody>();
        Assert.Equal("memfd:mesh-trigger", tail[1]);
    }

    [KernelFact]
    public void Exec_OfScript_NamesTheScriptAndItsInterpreter()
    {
        using var directory = new TemporaryDirectory();
        var script = Path.Combine(directory.Path, "script");
        File.WriteAllText(script, $"#!{Trigger.PathOf("nothing")}\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Trigger trigger = null!;
        var records = kernel.Watch(LoadedKernel.AllEvents, () => trigger = Trigger.Run("spawn", "1", script));

        var exec = Assert.Single(records, r => r.Event == EventIds.SchedProcessExec && r.Head.HostPpid == trigger.ProcessId);
        var (_, tail) = exec.Read<ExecBody>();
        Assert.Equal(script, tail[0]);
        Assert.Equal(Trigger.PathOf("nothing"), tail[1]);
        Assert.Equal(Trigger.PathOf("nothing"), tail[3]);
    }

    [KernelFact]
    public void Exec_TwoThousandTimes_IsCountedExactly()
    {
        const int Count = 2_000;
        Trigger trigger = null!;
        var droppedBefore = kernel.Programs.Accounts.Dropped();
        var records = kernel.Watch(
            new EventSet(EventIds.SchedProcessFork, EventIds.SchedProcessExec, EventIds.SchedProcessExit),
            () => trigger = Trigger.Run("spawn", Count.ToString(CultureInfo.InvariantCulture), Trigger.PathOf("nothing")));

        Assert.Equal(droppedBefore, kernel.Programs.Accounts.Dropped());
        Assert.Equal(Count, records.Count(r => r.Event == EventIds.SchedProcessFork && r.Head.HostPid == trigger.ProcessId));
        Assert.Equal(Count, records.Count(r => r.Event == EventIds.SchedProcessExec && r.Head.HostPpid == trigger.ProcessId));
        Assert.Equal(Count, records.Count(r => r.Event == EventIds.SchedProcessExit && r.Head.HostPpid == trigger.ProcessId));
    }

    [KernelFact]
    public void Sequence_OfEachCpu_HasNoGap()
    {
        var records = kernel.Watch(LoadedKernel.AllEvents, () => Trigger.Run("spawn", "200", Trigger.PathOf("nothing")));

        foreach (var cpu in records.GroupBy(r => r.Head.Cpu))
        {
            var numbers = cpu.Select(r => r.Head.Sequence).ToArray();
            Assert.Equal(Enumerable.Range(0, numbers.Length).Select(n => numbers[0] + (ulong)n), numbers);
        }
    }
}
