using TraceeMesh.Contracts.Events;
using Xunit;

namespace TraceeMesh.Tests.Unit.Contracts;

public sealed class SystemCallTableTests
{
    [Fact]
    public void Events_AreTheReferences_EachWithACall()
    {
        Assert.Equal(446, SystemCallTable.Events.Count);
        Assert.Equal(446, SystemCallTable.Events.Select(e => e.Id).Distinct().Count());
        Assert.All(SystemCallTable.Events, e => Assert.InRange(e.Id, 0, EventIds.SchedProcessFork - 1));
        Assert.All(SystemCallTable.Events, e => Assert.Contains(SystemCallTable.Calls, c => c.EventId == e.Id));
    }

    [Fact]
    public void Calls_AreOneForEachNumber_WithAnArgumentSourceForEachOfTheEvents()
    {
        Assert.Equal(SystemCallTable.Calls.Count, SystemCallTable.Calls.Select(c => (c.Abi, c.Number)).Distinct().Count());
        Assert.All(SystemCallTable.Calls, c => Assert.Equal(c.EventId is { } id ? EventCatalog.Find(id)!.Arguments.Count : 0, c.Arguments.Count));
        Assert.All(SystemCallTable.Calls, c => Assert.All(c.Arguments, a => Assert.InRange((int)(a.Source & SystemCallArgumentSource.Register), 0, SystemCallTable.Registers - 1)));
    }

    [Fact]
    public void NativeEvents_HaveTheNumberOfTheir64BitCall() =>
        Assert.All(SystemCallTable.Calls.Where(c => c is { Abi: SystemCallAbi.X64, EventId: not null, Number: < 512 }), c => Assert.Equal(c.Number, c.EventId));

    [Theory]
    [InlineData(257, false, "openat")]
    [InlineData(295, true, "openat")]
    [InlineData(156, false, "_sysctl")]
    [InlineData(452, false, "fchmodat2")]
    [InlineData(521, false, "ptrace")]
    [InlineData(400, false, "")]
    [InlineData(-1, false, "")]
    [InlineData(int.MaxValue, true, "")]
    public void Name_IsTheKernels(int number, bool compat, string name) => Assert.Equal(name, SystemCallTable.NameOf(number, compat));

    [Theory]
    [InlineData(180, 3, SystemCallArgumentSource.Pair | (SystemCallArgumentSource)3)]
    [InlineData(19, 1, SystemCallArgumentSource.Signed | (SystemCallArgumentSource)1)]
    [InlineData(120, 3, (SystemCallArgumentSource)4)]
    public void CompatArgument_ComesFromItsRegisters(int number, int argument, SystemCallArgumentSource source)
    {
        var call = SystemCallTable.Calls.Single(c => c.Abi == SystemCallAbi.I386 && c.Number == number);

        Assert.Equal(source, call.Arguments[argument].Source & ~SystemCallArgumentSource.Width);
    }

    [Fact]
    public void CompatTexts_HaveNarrowPointers_AndOldTimesNarrowSeconds()
    {
        Assert.Equal(SystemCallArgumentKind.Texts32, Call(SystemCallAbi.I386, 11).Arguments[1].Kind);
        Assert.Equal(SystemCallArgumentKind.Texts32, Call(SystemCallAbi.X64, 520).Arguments[1].Kind);
        Assert.Equal(SystemCallArgumentKind.Texts, Call(SystemCallAbi.X64, 59).Arguments[1].Kind);
        Assert.Equal(SystemCallArgumentKind.Time32, Call(SystemCallAbi.I386, 162).Arguments[0].Kind);
        Assert.Equal(SystemCallArgumentKind.Time, Call(SystemCallAbi.I386, 407).Arguments[2].Kind);
        Assert.True(Call(SystemCallAbi.I386, 90).Indirect);
    }

    private static SystemCall Call(SystemCallAbi abi, int number) => SystemCallTable.Calls.Single(c => c.Abi == abi && c.Number == number);
}
