using System.Text;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher.Processes;
using TraceeMesh.TestKit.Records;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher.Processes;

public sealed class ProcessStoreTests
{
    private const ulong Seed = 42;

    private readonly ProcessStore _store = new();

    [Fact]
    public void Forked_ByPidOne_IsItsOwnSession()
    {
        Fork(1, 100);

        Assert.Equal(IdOf(100), RootOf(100));
    }

    [Fact]
    public void Forked_ByDescendantOfSession_InheritsItsRoot()
    {
        Fork(1, 100);
        Fork(100, 200);
        Fork(200, 300);

        Assert.Equal(IdOf(100), RootOf(300));
    }

    [Theory]
    [InlineData("/usr/bin/containerd-shim-runc-v2")]
    [InlineData("/usr/bin/conmon")]
    public void Forked_ByShim_IsItsOwnSession(string shim)
    {
        Fork(1, 100);
        Exec(100, shim);
        Fork(100, 200);
        Fork(200, 300);

        Assert.Equal(IdOf(200), RootOf(200));
        Assert.Equal(IdOf(200), RootOf(300));
    }

    [Fact]
    public void SessionRoot_ParentDead_StaysWhatItWas()
    {
        Fork(1, 100);
        Fork(100, 200);
        Exit(100);

        Assert.Equal(IdOf(100), RootOf(200));
    }

    [Fact]
    public void SessionRoot_ParentOnlyInALaterSnapshot_IsFoundThen()
    {
        Fork(100, 200);
        Assert.Equal(0UL, RootOf(200));

        Snapshot(100, parent: 1, "/bin/bash");

        Assert.Equal(IdOf(100), RootOf(200));
    }

    [Fact]
    public void Forked_InheritsTheExecutable_UntilItExecutes()
    {
        Fork(1, 100);
        Exec(100, "/bin/bash");
        Fork(100, 200);
        Assert.Equal("/bin/bash", Path(200));

        Exec(200, "/bin/true");

        Assert.Equal("/bin/true", Path(200));
        Assert.Equal("/bin/bash", Path(100));
    }

    [Fact]
    public void Forked_Thread_AddsNoProcess()
    {
        var head = RecordBuilder.DefaultHead();
        _store.Forked(head, new ForkBody { Child = new TaskIds { Tid = 7, Pid = 6 }, Leader = new TaskIds { Pid = 6, StartTime = 1 } }, Seed);

        Assert.Equal(0, _store.Count);
    }

    [Fact]
    public void Forked_BeyondCapacity_EvictsTheDeadFirst()
    {
        var store = new ProcessStore(capacity: 2);
        Fork(1, 100, store);
        Fork(1, 200, store);
        Exit(200, store);
        Fork(1, 300, store);
        Assert.Equal((1, 0), (store.EvictedDead, store.EvictedLiving));
        Assert.NotNull(store.Find(IdOf(100)));

        Fork(1, 400, store);

        Assert.Equal((1, 1), (store.EvictedDead, store.EvictedLiving));
        Assert.Null(store.Find(IdOf(100)));
    }

    private static ulong IdOf(uint pid) => EntityIds.Of(Seed, pid, StartOf(pid));

    private static ulong StartOf(uint pid) => pid * 1000UL;

    private static RecordHead HeadOf(uint pid, uint parent) => RecordBuilder.DefaultHead() with
    {
        HostPid = pid,
        HostTid = pid,
        StartTime = StartOf(pid),
        LeaderStartTime = StartOf(pid),
        HostPpid = parent,
        ParentStartTime = StartOf(parent),
    };

    private static TaskIds Task(uint pid) => new() { Tid = pid, Pid = pid, StartTime = StartOf(pid) };

    private ulong RootOf(uint pid) => _store.SessionRootOf(_store.Find(IdOf(pid))!);

    private string Path(uint pid) => Encoding.UTF8.GetString(_store.Find(IdOf(pid))!.Executable.Span);

    private void Fork(uint parent, uint child, ProcessStore? store = null) =>
        (store ?? _store).Forked(HeadOf(parent, 1), new ForkBody { Parent = Task(parent), ParentProcess = Task(parent), Child = Task(child), Leader = Task(child) }, Seed);

    private void Exec(uint pid, string path) => _store.Executed(HeadOf(pid, 1), Encoding.UTF8.GetBytes(path), Seed);

    private void Snapshot(uint pid, uint parent, string path) => _store.Existing(HeadOf(pid, parent), Encoding.UTF8.GetBytes(path), Seed);

    private void Exit(uint pid, ProcessStore? store = null) => (store ?? _store).Exited(HeadOf(pid, 1), new ExitBody { ProcessGroupExit = 1 }, Seed);
}
