using TraceeMesh.Signatures.BuiltIn.DefenseEvasion;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.DefenseEvasion;

public sealed class ProcessVmWriteInjectTests
{
    [Theory]
    [InlineData(4712, 1)]
    [InlineData(4711, 0)]
    public async Task Write_Target_FindsOtherProcessesOnly(int pid, int findings) =>
        Assert.Equal(findings, (await new ProcessVmWriteInject().FindingsOn(EventMaker.Make("process_vm_writev", ("pid", pid)))).Count);

    [Fact]
    public async Task Write_ToItselfInItsNamespace_FindsNothing()
    {
        var e = EventMaker.Make("process_vm_writev", ("pid", 7));
        e.Context.ProcessId = 7;

        Assert.Empty(await new ProcessVmWriteInject().FindingsOn(e));
    }
}
