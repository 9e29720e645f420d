using TraceeMesh.Signatures.BuiltIn.DefenseEvasion;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.DefenseEvasion;

public sealed class AntiDebuggingTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(16, 0)]
    [InlineData(-1, 0)]
    public async Task Ptrace_Request_FindsTraceMeOnly(long request, int findings)
    {
        using var harness = new SignatureHarness(new AntiDebugging());

        Assert.Equal(findings, (await harness.Feed(EventMaker.Make("ptrace", ("request", request)))).Count);
    }
}
