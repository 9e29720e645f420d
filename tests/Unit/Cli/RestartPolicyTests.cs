using TraceeMesh.Cli.Up;
using Xunit;

namespace TraceeMesh.Tests.Unit.Cli;

public sealed class RestartPolicyTests
{
    [Fact]
    public void NextDelay_OfCrashesInARow_DoublesUpToTheLimit()
    {
        var policy = new RestartPolicy();

        var delays = Enumerable.Range(0, 8).Select(_ => policy.NextDelay(TimeSpan.Zero).TotalSeconds);

        Assert.Equal([0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10, 10], delays);
    }

    [Fact]
    public void NextDelay_AfterARunThatWentWell_IsTheFirstAgain()
    {
        var policy = new RestartPolicy();
        policy.NextDelay(TimeSpan.Zero);
        policy.NextDelay(TimeSpan.Zero);

        Assert.Equal(RestartPolicy.FirstDelay, policy.NextDelay(RestartPolicy.RanWell));
    }
}
