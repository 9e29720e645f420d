using System.Collections.Immutable;
using TraceeMesh.Contracts;
using TraceeMesh.Signatures.BuiltIn.DefenseEvasion;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.DefenseEvasion;

public sealed class ProcFopsHookingTests
{
    [Fact]
    public async Task Hooked_WithFunctions_NamesThem()
    {
        var hooked = DataValue.Of([DataValue.MapOf(("SymbolName", "iterate_shared"), ("ModuleOwner", "rootkit"))]);

        Assert.Equal(hooked, Assert.Single(await new ProcFopsHooking().FindingsOn(EventMaker.Make("hooked_proc_fops", ("hooked_fops_pointers", hooked))))["Hooked proc file operations"]);
    }

    [Fact]
    public async Task Hooked_Nothing_FindsNothing()
    {
        Assert.Empty(await new ProcFopsHooking().FindingsOn(EventMaker.Make("hooked_proc_fops", ("hooked_fops_pointers", DataValue.Of(ImmutableArray<DataValue>.Empty)))));
        Assert.Empty(await new ProcFopsHooking().FindingsOn(EventMaker.Make("hooked_proc_fops")));
    }
}
