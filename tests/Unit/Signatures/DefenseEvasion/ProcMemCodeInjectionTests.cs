using TraceeMesh.Signatures.BuiltIn.DefenseEvasion;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.DefenseEvasion;

public sealed class ProcMemCodeInjectionTests
{
    [Theory]
    [InlineData("/proc/1/mem", Made.Write, 1)]
    [InlineData("/proc/4711/mem", Made.Write, 1)]
    [InlineData("/proc/self/mem", Made.Write, 1)]
    [InlineData("/proc/thread-self/mem", Made.Write, 1)]
    [InlineData("/proc/12/task/13/mem", Made.Write, 1)]
    [InlineData("/proc/self/task/13/mem", Made.Write, 1)]
    [InlineData("/tmp/proc/1/mem", Made.Write, 0)]
    [InlineData("/proc/1x/mem", Made.Write, 0)]
    [InlineData("/proc/x/mem", Made.Write, 0)]
    [InlineData("/proc//mem", Made.Write, 0)]
    [InlineData("/proc/1/mem2", Made.Write, 0)]
    [InlineData("/proc/1/x/mem", Made.Write, 0)]
    [InlineData("/proc/1/task/mem", Made.Write, 0)]
    [InlineData("/proc/1/task/x/mem", Made.Write, 0)]
    [InlineData("/proc/mem", Made.Write, 0)]
    [InlineData("/proc/1/maps", Made.Write, 0)]
    [InlineData("/proc/1/mem", Made.Read, 0)]
    [InlineData("/proc/1/mem", Made.ReadWrite, 1)]
    public async Task Open_PathAndFlags_FindsThoseOnly(string path, int flags, int findings) =>
        Assert.Equal(findings, (await new ProcMemCodeInjection().FindingsOn(Made.Open(path, flags))).Count);
}
