using TraceeMesh.Signatures.BuiltIn.DefenseEvasion;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.DefenseEvasion;

public sealed class PtraceCodeInjectionTests
{
    [Theory]
    [InlineData(4, 1)]
    [InlineData(5, 1)]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(6, 0)]
    public async Task Ptrace_Request_FindsWritesOnly(long request, int findings) =>
        Assert.Equal(findings, (await new PtraceCodeInjection().FindingsOn(EventMaker.Make("ptrace", ("request", request)))).Count);
}
