using TraceeMesh.Signatures.BuiltIn.DefenseEvasion;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.DefenseEvasion;

public sealed class SyscallHookingTests
{
    [Fact]
    public async Task HookedSyscall_IsFound() =>
        Assert.Single(await new SyscallHooking().FindingsOn(EventMaker.Make("hooked_syscall", ("syscall", "getdents64"), ("address", "ffffffffc0001000"), ("function", "hook"), ("owner", "rootkit"))));

    [Fact]
    public async Task OtherEvents_FindNothing() => Assert.Empty(await new SyscallHooking().FindingsOn(EventMaker.Make("hooked_proc_fops")));
}
