using TraceeMesh.Signatures.BuiltIn.DefenseEvasion;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.DefenseEvasion;

public sealed class FilelessExecutionTests
{
    [Theory]
    [InlineData("memfd:", 1)]
    [InlineData("memfd:payload", 1)]
    [InlineData("/dev/shm/x", 1)]
    [InlineData("/run/shm/x", 1)]
    [InlineData("/dev/shmx/x", 0)]
    [InlineData("/home/memfd:x", 0)]
    [InlineData("/usr/bin/true", 0)]
    [InlineData("", 0)]
    public async Task Exec_Pathname_FindsMemoryOnly(string path, int findings) => Assert.Equal(findings, (await new FilelessExecution().FindingsOn(Made.Exec(path))).Count);

    [Theory]
    [InlineData("/usr/sbin/runc", "", 0)]
    [InlineData("/usr/sbin/runc", Made.Container, 1)]
    [InlineData("/tmp/runc", "", 1)]
    [InlineData("/usr/bin/bash", "", 1)]
    public async Task Exec_UnderTheNameOfRuncsCopy_LeavesOutRuncsOwn(string parent, string container, int findings)
    {
        var tree = Made.Tree((Copy, "", 30), (Copy, "", 20), (parent, container, 10));

        Assert.Equal(findings, (await new FilelessExecution().FindingsOn(Made.Exec(Copy), tree)).Count);
    }

    [Fact]
    public async Task Exec_UnderTheNameOfRuncsCopy_WithoutTheTree_IsFound() => Assert.Single(await new FilelessExecution().FindingsOn(Made.Exec(Copy)));

    private const string Copy = "memfd:runc_cloned:/proc/self/exe";
}
