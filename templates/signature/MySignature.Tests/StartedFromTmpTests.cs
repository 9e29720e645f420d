using TraceeMesh.Signatures.Testing;
using Xunit;

namespace MySignature.Tests;

public sealed class StartedFromTmpTests
{
    [Theory]
    [InlineData("/tmp/tool", true)]
    [InlineData("/var/tmp/tool", true)]
    [InlineData("/usr/bin/tool", false)]
    [InlineData("/usr/tmp/tool", false)]
    public async Task Program_Started_IsReportedIfItLiesInTmp(string path, bool reported)
    {
        using var harness = new SignatureHarness(new StartedFromTmp());

        var findings = await harness.Feed(EventMaker.Make("sched_process_exec", ("pathname", path)));

        Assert.Equal(reported ? [path] : [], findings.Select(f => f["program"].Text));
    }
}
