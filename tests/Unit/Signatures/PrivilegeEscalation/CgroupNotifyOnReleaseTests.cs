using TraceeMesh.Signatures.BuiltIn.PrivilegeEscalation;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.PrivilegeEscalation;

public sealed class CgroupNotifyOnReleaseTests
{
    [Theory]
    [InlineData("/sys/fs/cgroup/rdma/x/notify_on_release", Made.Write, 1)]
    [InlineData("/mnt/notify_on_release", Made.ReadWrite, 1)]
    [InlineData("/mnt/notify_on_release", Made.Read, 0)]
    [InlineData("/mnt/x_notify_on_release", Made.Write, 0)]
    [InlineData("/mnt/notify_on_release/x", Made.Write, 0)]
    public async Task Open_PathAndFlags_FindsThoseOnly(string path, int flags, int findings) =>
        Assert.Equal(findings, (await new CgroupNotifyOnRelease().FindingsOn(Made.Open(path, flags).Inside())).Count);

    [Fact]
    public async Task Open_OnTheHost_FindsNothing() => Assert.Empty(await new CgroupNotifyOnRelease().FindingsOn(Made.Open("/sys/fs/cgroup/rdma/x/notify_on_release", Made.Write)));

    [Fact]
    public async Task Open_BeforeTheContainerStarted_FindsNothing() =>
        Assert.Empty(await new CgroupNotifyOnRelease().FindingsOn(Made.Open("/sys/fs/cgroup/rdma/x/notify_on_release", Made.Write).InContainer(Made.Container, started: false)));
}
