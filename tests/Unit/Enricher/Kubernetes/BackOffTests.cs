using TraceeMesh.Enricher.Containers.Kubernetes;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher.Kubernetes;

public sealed class BackOffTests
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(30);

    [Fact]
    public void Next_FailureAfterFailure_DoublesUpToTheBound()
    {
        var backOff = new BackOff(First, Most);

        foreach (var seconds in (double[])[1, 2, 4, 8, 16, 30, 30])
        {
            Assert.InRange(backOff.Next().TotalSeconds, seconds / 2, seconds);
        }
    }

    [Fact]
    public void Next_FailuresWithoutEnd_StayAtTheBound()
    {
        var backOff = new BackOff(First, Most);
        for (var i = 0; i < 5000; i++)
        {
            Assert.InRange(backOff.Next(), TimeSpan.Zero, Most);
        }
    }

    [Fact]
    public void Next_AfterASuccess_IsTheFirstAgain()
    {
        var backOff = new BackOff(First, Most);
        backOff.Next();
        backOff.Next();

        backOff.Reset();

        Assert.InRange(backOff.Next(), First / 2, First);
    }
}
