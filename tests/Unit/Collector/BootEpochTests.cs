using TraceeMesh.Collector.Framing;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Unit.Collector;

public sealed class BootEpochTests
{
    private readonly ManualTime _wall = new();
    private ulong _sinceBoot = 1_000_000_000;

    [Theory]
    [InlineData(900, false)]
    [InlineData(1100, true)]
    [InlineData(-900, false)]
    [InlineData(-1100, true)]
    public void Follow_WallClockOff_IsTakenAnewBeyondTheTolerance(int microseconds, bool anew)
    {
        var epoch = new BootEpoch(_wall, () => _sinceBoot);
        var before = epoch.Nanoseconds;

        _wall.Advance(TimeSpan.FromSeconds(1));
        _sinceBoot += (ulong)(1_000_000_000 - (1000L * microseconds));
        epoch.Follow();

        Assert.Equal(anew ? 1000L * microseconds : 0, epoch.Nanoseconds - before);
    }
}
