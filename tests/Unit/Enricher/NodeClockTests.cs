using TraceeMesh.Enricher;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher;

public sealed class NodeClockTests
{
    private readonly NodeClock _clock = new();

    [Fact]
    public void EpochAt_NothingSaid_IsZero() => Assert.Equal((0L, 0L), (_clock.EpochAt(At(5)), _clock.EpochAt(5)));

    [Theory]
    [InlineData(0, 1000)]
    [InlineData(10, 1000)]
    [InlineData(19, 1000)]
    [InlineData(20, 400)]
    [InlineData(99, 400)]
    public void EpochAt_Position_IsTheOneOfItsFrame(long offset, long expected)
    {
        ClockSetBack();

        Assert.Equal(expected, _clock.EpochAt(At(offset)));
    }

    [Theory]
    [InlineData(1, 1000)]
    [InlineData(550, 1000)]
    [InlineData(600, 400)]
    [InlineData(1300, 400)]
    public void EpochAt_TimeThatCameTwice_IsTheLaterOne(long time, long expected)
    {
        ClockSetBack();

        Assert.Equal(expected, _clock.EpochAt(time));
    }

    [Fact]
    public void Set_MoreChangesThanKept_ForgetsTheOldest()
    {
        for (var i = 0; i <= NodeClock.Capacity; i++)
        {
            _clock.Set(At(i), i, 1000 + i);
        }

        Assert.Equal(1000 + NodeClock.Capacity, _clock.EpochAt(At(NodeClock.Capacity)));
        Assert.Equal(1000 + (NodeClock.Capacity / 2), _clock.EpochAt(At(0)));
    }

    // At 200 ns since boot the wall clock goes back by 600.
    private void ClockSetBack()
    {
        _clock.Set(At(10), 100, 1000);
        _clock.Set(At(15), 150, 1000);
        _clock.Set(At(20), 200, 400);
    }

    private static StorePosition At(long offset) => new(0, offset);
}
