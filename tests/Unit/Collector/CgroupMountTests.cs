using TraceeMesh.Collector.Snapshot;
using Xunit;

namespace TraceeMesh.Tests.Unit.Collector;

public sealed class CgroupMountTests
{
    [Fact]
    public void HybridHost_GivesEveryHierarchyOnce()
    {
        string[] mounts =
        [
            "30 24 0:26 / /sys/fs/cgroup ro,nosuid - tmpfs tmpfs ro",
            "31 30 0:27 / /sys/fs/cgroup/unified rw,nosuid - cgroup2 cgroup2 rw,nsdelegate",
            "32 30 0:28 / /sys/fs/cgroup/memory rw shared:9 - cgroup cgroup rw,memory",
            "33 30 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct",
            "34 30 0:30 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd",
            "99 30 0:28 / /mnt/again rw - cgroup cgroup rw,memory",
            "98 30 0:28 /docker /mnt/part rw - cgroup cgroup rw,memory",
        ];
        string[] cgroups = ["4:memory:/", "2:cpu,cpuacct:/", "1:name=systemd:/", "0::/"];

        Assert.Equal(
            [
                new CgroupMount(0, "/sys/fs/cgroup/unified"),
                new CgroupMount(1, "/sys/fs/cgroup/systemd"),
                new CgroupMount(2, "/sys/fs/cgroup/cpu,cpuacct"),
                new CgroupMount(4, "/sys/fs/cgroup/memory"),
            ],
            CgroupMount.Parse(mounts, cgroups));
    }

    [Fact]
    public void PureCgroup2_IsHierarchyZero() =>
        Assert.Equal([new CgroupMount(0, "/sys/fs/cgroup")], CgroupMount.Parse(["31 30 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw"], ["0::/"]));

    [Fact]
    public void Nonsense_IsPassedOver() => Assert.Empty(CgroupMount.Parse(["", "x", "1 2 3 / m o - cgroup", "- "], ["", "a:b:c", "::"]));
}
