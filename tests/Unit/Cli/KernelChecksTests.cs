using TraceeMesh.Cli.Doctor;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Unit.Cli;

public sealed class KernelChecksTests : IDisposable
{
    private readonly TemporaryDirectory _machine = new();

    private KernelChecks Checks => new(_machine.Path);

    public void Dispose() => _machine.Dispose();

    [Theory]
    [InlineData("6.1.0-28-amd64", CheckState.Ok)]
    [InlineData("5.8.0", CheckState.Ok)]
    [InlineData("5.4.0-150-generic", CheckState.Fail)]
    [InlineData("nonsense", CheckState.Fail)]
    public void Kernel_ByItsRelease_IsJudged(string release, CheckState expected)
    {
        Put("proc/sys/kernel/osrelease", release);

        Assert.Equal(expected, Checks.Kernel().State);
    }

    [Fact]
    public void Btf_Missing_IsAFailureWithTheOptionThatMends()
    {
        var result = Checks.Btf();

        Assert.Equal(CheckState.Fail, result.State);
        Assert.Contains("CONFIG_DEBUG_INFO_BTF", result.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void Privilege_WithoutCapabilities_NamesEachThatIsMissing()
    {
        Put("proc/self/status", "Name:\tx\nCapEff:\t0000004000000000\n");

        var result = Checks.Privilege();

        Assert.Equal(CheckState.Fail, result.State);
        Assert.Equal("missing: CAP_BPF CAP_SYS_ADMIN", result.Found);
    }

    [Theory]
    [InlineData("none [integrity] confidentiality", CheckState.Ok)]
    [InlineData("none integrity [confidentiality]", CheckState.Fail)]
    public void Lockdown_ByItsMode_IsJudged(string modes, CheckState expected)
    {
        Put("sys/kernel/security/lockdown", modes);

        Assert.Equal(expected, Checks.Lockdown().State);
    }

    [Theory]
    [InlineData("cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n", CheckState.Ok)]
    [InlineData("cgroup /sys/fs/cgroup/cpu cgroup rw 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n", CheckState.Ok)]
    [InlineData("cgroup /sys/fs/cgroup/cpu cgroup rw 0 0\n", CheckState.Warn)]
    [InlineData("", CheckState.Fail)]
    public void Cgroups_ByTheirMounts_AreJudged(string mounts, CheckState expected)
    {
        Put("proc/self/mounts", mounts);

        Assert.Equal(expected, Checks.Cgroups().State);
    }

    private void Put(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_machine[path])!);
        File.WriteAllText(_machine[path], text);
    }
}
