using TraceeMesh.Cli;
using TraceeMesh.Cli.Findings;
using Xunit;

namespace TraceeMesh.Tests.Unit.Cli;

public sealed class FindingDifferenceTests
{
    [Fact]
    public void Finding_OfAnotherRun_IsTheSame()
    {
        Assert.Empty(FindingDifference.Of([Finding("a", 1, "load1", "node-a")], [Finding("a", 1, "load2", "node-b")]));
    }

    [Fact]
    public void Finding_InOneRunOnly_IsToldWithItsSide_AsOftenAsItIsMissing()
    {
        var difference = FindingDifference.Of([Finding("a", 1), Finding("a", 1), Finding("b", 2)], [Finding("a", 1), Finding("c", 3)]);

        Assert.Equal([(FindingSide.First, Finding("a", 1)), (FindingSide.First, Finding("b", 2)), (FindingSide.Second, Finding("c", 3))], difference);
    }

    [Fact]
    public void Line_ThatIsNoFinding_IsRefusedByItsNumber()
    {
        var refused = Assert.Throws<CommandException>(() => FindingDifference.Of([Finding("a", 1), "nonsense"], []));

        Assert.Contains("line 2", refused.Message, StringComparison.Ordinal);
    }

    private static string Finding(string name, long time, string load = "l", string node = "n") =>
        $$"""{"timestamp":{{time}},"eventName":"{{name}}","processEntityId":{{node.Length + load.Length}},"mesh":{"id":"{{load}}","node":"{{node}}","loadId":"{{load}}","position":4} }""";
}
