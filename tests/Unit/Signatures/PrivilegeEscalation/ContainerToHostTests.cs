using TraceeMesh.Signatures.BuiltIn.PrivilegeEscalation;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.PrivilegeEscalation;

public sealed class ContainerToHostTests
{
    [Theory]
    [InlineData("new_pid", 0xEFFFFFFC, 1)]
    [InlineData("new_uts", 0xEFFFFFFE, 1)]
    [InlineData("new_ipc", 0xEFFFFFFF, 1)]
    [InlineData("new_cgroup", 0xEFFFFFFB, 1)]
    [InlineData("new_pid", 0xF0000123, 0)]
    [InlineData("new_net", 0xEFFFFFFC, 0)]
    [InlineData("new_uts", 0, 0)]
    public async Task Switch_OfANamespace_FindsTheHostsOnly(string argument, long number, int findings)
    {
        var e = EventMaker.Make("switch_task_ns", ("pid", 1), (argument, number));

        Assert.Equal(findings, (await new ContainerToHost().FindingsOn(e.Inside(), Made.Tree())).Count);
    }

    [Fact]
    public async Task Switch_OnTheHost_FindsNothing() => Assert.Empty(await new ContainerToHost().FindingsOn(EventMaker.Make("switch_task_ns", ("new_pid", 0xEFFFFFFC)), Made.Tree()));

    [Theory]
    [InlineData("/", 1)]
    [InlineData("/system.slice/cron.service", 1)]
    [InlineData("/docker/" + Made.Container, 0)]
    [InlineData("/docker/" + Made.Container + "/inner", 0)]
    public async Task Attach_ToACgroup_FindsThoseOutsideOnly(string path, int findings) =>
        Assert.Equal(findings, (await new ContainerToHost().FindingsOn(EventMaker.Make("cgroup_attach_task", ("cgroup_path", path), ("pid", 12)).Inside(), Made.Tree())).Count);

    [Fact]
    public async Task Exec_OnTheHostOfAChildOfAContainer_IsFoundOnce()
    {
        using var harness = new SignatureHarness(new ContainerToHost(), Made.Tree(("/bin/id", "", 30), ("/bin/sh", "", 20), ("/bin/sh", "c1", 10)));

        Assert.Equal("c1", Assert.Single(await harness.Feed(Made.Exec("/bin/id")))["container_id"].Text);
        Assert.Empty(await harness.Feed(Made.Exec("/bin/id")));
    }

    [Theory]
    [InlineData("", "", "")]
    [InlineData("c1", "c1", "")]
    [InlineData("c1", "", "")]
    public async Task Exec_OfAnyOther_FindsNothing(string own, string parent, string grandparent) =>
        Assert.Empty(await new ContainerToHost().FindingsOn(Made.Exec("/bin/id"), Made.Tree(("/bin/id", own, 30), ("/bin/sh", parent, 20), ("/bin/sh", grandparent, 10))));

    [Fact]
    public async Task Exec_InsideAContainer_FindsNothing() => Assert.Empty(await new ContainerToHost().FindingsOn(Made.Exec("/bin/id").Inside(), Made.Tree(("/bin/id", "", 30), ("/bin/sh", "c1", 20))));
}
