using TraceeMesh.Bus;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Detector.Partitions;
using Xunit;

namespace TraceeMesh.Tests.Unit.Detector.Partitions;

public sealed class HoleTests
{
    [Theory]
    [InlineData(20, 9, 60, LossReasons.StreamLimit)]
    [InlineData(20, 9, 600, LossReasons.ExpiredBeforeJudged)]
    [InlineData(1, 0, 600, LossReasons.BusRestart)]
    [InlineData(1, 9, 600, LossReasons.StreamDeleted)]
    public void Hole_IsExplainedByTheStream(long first, long judged, int seconds, string reason)
    {
        var state = new StreamState("events", DateTimeOffset.UnixEpoch, first, 30, 11, 1000) { Span = TimeSpan.FromSeconds(seconds) };

        Assert.Equal(reason, PartitionReader.Explain(state, judged));
    }

    [Fact]
    public void Hole_InNoStream_IsABusRestart() => Assert.Equal(LossReasons.BusRestart, PartitionReader.Explain(null, 9));
}
