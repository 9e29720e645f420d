using TraceeMesh.Signatures.BuiltIn.Persistence;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.Persistence;

public sealed class KernelModuleLoadingTests
{
    [Fact]
    public async Task ModuleLoad_IsFound() => Assert.Single(await new KernelModuleLoading().FindingsOn(EventMaker.Make("module_load", ("name", "dummy"))));

    [Fact]
    public async Task OtherEvents_FindNothing() => Assert.Empty(await new KernelModuleLoading().FindingsOn(Made.Exec("/sbin/modprobe")));
}
