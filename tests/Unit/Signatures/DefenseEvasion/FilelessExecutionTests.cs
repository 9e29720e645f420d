using TraceeMesh.Signatures.BuiltIn.DefenseEvasion;
using TraceeMesh.TestKit.Signatures;
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
    public async Task Exec_Pathname_FindsMemoryOnly(string path, int findings)
    {
        using var harness = new SignatureHarness(new FilelessExecution());

        Assert.Equal(findings, (await harness.Feed(EventMaker.Make("sched_process_exec", ("pathname", path)))).Count);
    }
}
