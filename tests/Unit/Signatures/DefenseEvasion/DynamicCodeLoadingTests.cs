using TraceeMesh.Signatures.BuiltIn.DefenseEvasion;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.DefenseEvasion;

public sealed class DynamicCodeLoadingTests
{
    [Theory]
    [InlineData(4, 1)]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 0)]
    public async Task Alert_OfAKind_FindsSealedMemoryOnly(int alert, int findings) =>
        Assert.Equal(findings, (await new DynamicCodeLoading().FindingsOn(EventMaker.Make("mem_prot_alert", ("alert", alert)))).Count);
}
