using Xunit;
using Task = TraceeMesh.Tests.Unit.Enricher.Processes.TreeFeed.Task;

namespace TraceeMesh.Tests.Unit.Enricher.Processes;

public sealed class SessionTests
{
    private static readonly Task A = Task.Process(100, 1000);
    private static readonly Task B = Task.Process(200, 2000);
    private static readonly Task C = Task.Process(300, 3000);

    private readonly TreeFeed _feed = new();

    [Fact]
    public void Forked_ByPidOne_IsItsOwnSession()
    {
        _feed.Fork(TreeFeed.Init, A);

        Assert.Equal(TreeFeed.IdOf(A), RootOf(A));
    }

    [Fact]
    public void Forked_ByDescendantOfSession_InheritsItsRoot()
    {
        _feed.Fork(TreeFeed.Init, A).Fork(A, B).Fork(B, C);

        Assert.Equal(TreeFeed.IdOf(A), RootOf(C));
    }

    [Theory]
    [InlineData("/usr/bin/containerd-shim-runc-v2")]
    [InlineData("/usr/bin/conmon")]
    public void Forked_ByShim_IsItsOwnSession(string shim)
    {
        _feed.Fork(TreeFeed.Init, A).Exec(A, shim, 1500).Fork(A, B).Fork(B, C);

        Assert.Equal((TreeFeed.IdOf(B), TreeFeed.IdOf(B)), (RootOf(B), RootOf(C)));
    }

    [Fact]
    public void SessionRoot_ParentDead_StaysWhatItWas()
    {
        _feed.Fork(TreeFeed.Init, A).Fork(A, B).Exit(A, 2500, reaper: TreeFeed.Init);

        Assert.Equal(TreeFeed.IdOf(A), RootOf(B));
    }

    [Fact]
    public void SessionRoot_ParentOnlyInALaterSnapshot_IsFoundThen()
    {
        var between = Task.Process(50, 500);
        _feed.Store.Forked(
            _feed.HeadOf(A, 2000) with { HostPpid = 0 },
            new() { ParentProcess = new() { Pid = 100, Tid = 100, StartTime = 1000 }, Child = new() { Pid = 200, Tid = 200, StartTime = 2000 }, Leader = new() { Pid = 200, Tid = 200, StartTime = 2000 } },
            _feed.Position,
            default);

        _feed.Show(between, TreeFeed.Init, "/bin/login", 4000).Show(A, between, "/bin/bash", 4000);

        Assert.Equal(TreeFeed.IdOf(between), RootOf(B));
    }

    private ulong RootOf(Task task) => _feed.Store.SessionRootOf(_feed.Find(task));
}
