using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Detector.Partitions;
using TraceeMesh.TestKit.Signatures;
using Xunit;

namespace TraceeMesh.Tests.Unit.Detector.Partitions;

/// <summary>Numbers that are given twice, by enrichers that do not know of each other.</summary>
public sealed class SeriesTests
{
    private const uint First = 11;
    private const uint Second = 22;

    private PartitionBooks _books = new(null, TimeProvider.System);

    [Fact]
    public void NumbersOfAnotherSeries_AreNotJudged()
    {
        Judge(Frame(First, 0, 10, watermark: 100));

        Assert.True(_books.IsJudged(Frame(First, 4, 3, watermark: 200)));
        Assert.False(_books.IsJudged(Frame(Second, 4, 3, watermark: 200, from: 4)));
        Judge(Frame(Second, 4, 3, watermark: 200, from: 4));

        Assert.Equal([[0L, 7L]], _books.Find("node-a")!.Judged);
        Assert.Empty(_books.Find("node-a")!.Lost);
    }

    [Fact]
    public void HolesBelowTheNewSeries_StayLost()
    {
        Judge(Frame(First, 0, 3, watermark: 100));
        Judge(Frame(First, 8, 2, watermark: 200, settled: 8));
        Judge(Frame(Second, 9, 1, watermark: 300, from: 9, settled: 9));

        Assert.Equal([[0L, 3L], [8L, 10L]], _books.Find("node-a")!.Judged);
        Assert.Equal([new LossRange(3, 8, LossReasons.StreamLimit)], _books.Find("node-a")!.Lost);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void EventsThatCameBefore_AreKnownByTheirPlace_AlsoToTheNextOwner(bool succeeded)
    {
        Judge(Frame(First, 0, 10, watermark: 100, parked: [new OffsetRange(40, 50)], derived: [60]));
        if (succeeded)
        {
            _books = new PartitionBooks(_books.ToRecord("d2", 1), TimeProvider.System);
        }

        var told = _books.ToldBefore(Frame(Second, 5, 5, watermark: 150, from: 5));

        Assert.True(told.Has(At(39)));
        Assert.False(told.Has(At(40)));
        Assert.False(told.Has(At(49)));
        Assert.True(told.Has(At(60)));
        Assert.False(told.Has(At(60, EventIds.ContainerCreate)));
        Assert.True(told.Has(At(61, EventIds.ContainerRemove)));
        Assert.False(told.Has(At(61, EventIds.ContainerEnriched)));
        Assert.False(told.Has(At(100)));
    }

    [Fact]
    public void EventsLostBefore_HaveNotCome()
    {
        Judge(Frame(First, 0, 10, watermark: 100));
        Judge(Frame(First, 15, 5, watermark: 200, settled: 15));

        var told = _books.ToldBefore(Frame(Second, 15, 5, watermark: 150, from: 15));

        Assert.True(told.Has(At(99)));
        Assert.False(told.Has(At(150)));
    }

    [Fact]
    public void EventsBehindAHoleInFlight_DoNotHideThoseInIt()
    {
        Judge(Frame(First, 0, 10, watermark: 100));
        Judge(Frame(First, 15, 5, watermark: 200));

        Assert.False(_books.ToldBefore(Frame(Second, 10, 5, watermark: 150, from: 10)).Has(At(120)));
    }

    private static EventContext At(long position, int eventId = EventIds.Ptrace) => new() { EventId = eventId, Position = position };

    private static EventFrameHeader Frame(uint series, long first, int count, long watermark, long from = 0, long settled = 0, IReadOnlyList<OffsetRange>? parked = null, IReadOnlyList<long>? derived = null) =>
        EventMaker.Frame with
        {
            FirstOffset = first,
            Count = count,
            Settled = settled,
            Watermark = watermark,
            Account = new FrameAccount { Series = series, SeriesFrom = [new(EventMaker.Frame.Partition, from)], Parked = parked ?? [], ParkedDerived = derived ?? [] },
        };

    private void Judge(EventFrameHeader frame)
    {
        _books.EnterTold(frame, LossReasons.StreamLimit);
        _books.EnterJudged(frame, frame.Count, _books.Sequence + 1);
    }
}
