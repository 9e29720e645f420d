using TraceeMesh.Cli.Findings;
using Xunit;

namespace TraceeMesh.Tests.Unit.Cli;

public sealed class RecentFindingsTests
{
    [Fact]
    public void Repeat_IsNotNew_UntilItIsForgotten()
    {
        var recent = new RecentFindings();

        Assert.True(recent.IsNew("a"));
        Assert.False(recent.IsNew("a"));
        for (var i = 0; i < RecentFindings.Capacity; i++)
        {
            Assert.True(recent.IsNew($"{i}"));
        }

        Assert.True(recent.IsNew("a"));
    }
}
