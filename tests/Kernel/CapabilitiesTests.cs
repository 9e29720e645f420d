using TraceeMesh.Collector.Kernel;
using Xunit;

namespace TraceeMesh.Tests.Kernel;

public class CapabilitiesTests
{
    private const string Root = "Uid:\t0\t0\t0\t0\nCapEff:\t000001ffffffffff\n";

    [Fact]
    public void Demand_EverythingThere_IsSilent() => Capabilities.Parse(Root, true, "none [integrity] confidentiality").Demand();

    [Theory]
    [InlineData("Uid:\t1000\t1000\t1000\t1000\nCapEff:\t0000000000000000\n", true, "", KernelUnavailableReason.NoPrivilege, "CAP_BPF and CAP_PERFMON")]
    [InlineData("Uid:\t0\t0\t0\t0\nCapEff:\t0000008000000000\n", true, "", KernelUnavailableReason.NoPrivilege, "CAP_PERFMON although it runs as root")]
    [InlineData(Root, false, "", KernelUnavailableReason.NoBtf, "CONFIG_DEBUG_INFO_BTF")]
    [InlineData(Root, true, "none integrity [confidentiality]", KernelUnavailableReason.Lockdown, "confidentiality")]
    public void Demand_SomethingMissing_NamesIt(string status, bool hasBtf, string lockdown, KernelUnavailableReason reason, string said)
    {
        var exception = Assert.Throws<KernelUnavailableException>(() => Capabilities.Parse(status, hasBtf, lockdown).Demand());

        Assert.Equal(reason, exception.Reason);
        Assert.Contains(said, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("memory\t4\t10\t1\npids\t9\t10\t1\n", FallbackHierarchy.Memory)]
    [InlineData("memory\t0\t10\t1\npids\t9\t10\t1\n", FallbackHierarchy.Pids)]
    [InlineData("memory\t0\t10\t1\npids\t0\t10\t1\n", FallbackHierarchy.None)]
    [InlineData("", FallbackHierarchy.None)]
    public void Fallback_OfControllers_IsTheFirstInAHierarchyOfItsOwn(string cgroups, FallbackHierarchy expected) =>
        Assert.Equal(expected, FallbackHierarchies.Parse(cgroups));
}
