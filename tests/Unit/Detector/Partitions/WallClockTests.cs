using TraceeMesh.Contracts.Mesh;
using TraceeMesh.Detector.Partitions;
using TraceeMesh.Detector.Silence;
using Xunit;

namespace TraceeMesh.Tests.Unit.Detector.Partitions;

/// <summary>Somebody sets the machine's clock: that decides nothing about who judges, and who is there.</summary>
public sealed class WallClockTests
{
    private readonly SteppedClock _clock = new();

    [Theory]
    [InlineData(3600)]
    [InlineData(-3600)]
    public void Lease_WhenTheWallClockSteps_IsKeptAndNotTaken(int seconds)
    {
        var owned = new PartitionLease(3, new LeaseTimes(), _clock);
        owned.Claimed(7, _clock.GetTimestamp());
        var observed = new PartitionLease(3, new LeaseTimes(), _clock);
        observed.Observe(7);

        _clock.Step(TimeSpan.FromSeconds(seconds));

        Assert.True(owned.MayJudge);
        Assert.False(observed.Observe(7));
    }

    [Fact]
    public void Service_WhenTheWallClockSteps_IsNotSilent()
    {
        var sensors = new Sensors(_clock);
        sensors.Hear(new Heartbeat { Service = "enricher", Instance = "e1", Node = "node-a", Pid = 1, State = Heartbeat.Ready, Started = 1, Timestamp = 2 });

        _clock.Step(TimeSpan.FromHours(1));

        Assert.Empty(sensors.Silent());
    }

    private sealed class SteppedClock : TimeProvider
    {
        private TimeSpan _step;

        public void Step(TimeSpan by) => _step += by;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + _step;

        public override long GetTimestamp() => 1;
    }
}
