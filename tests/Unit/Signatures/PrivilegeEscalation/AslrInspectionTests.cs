using TraceeMesh.Signatures.BuiltIn.PrivilegeEscalation;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.PrivilegeEscalation;

public sealed class AslrInspectionTests
{
    [Theory]
    [InlineData("/proc/sys/kernel/randomize_va_space", Made.Read, 1)]
    [InlineData("/proc/sys/kernel/randomize_va_space", Made.ReadWrite, 1)]
    [InlineData("/proc/sys/kernel/randomize_va_space", Made.Write, 0)]
    [InlineData("/tmp/proc/sys/kernel/randomize_va_space", Made.Read, 0)]
    public async Task Open_PathAndFlags_FindsThoseOnly(string path, int flags, int findings) =>
        Assert.Equal(findings, (await new AslrInspection().FindingsOn(Made.Open(path, flags))).Count);
}
