using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Enricher.Accounting;
using TraceeMesh.TestKit.Records;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher.Accounting;

public sealed class ResumePointTests
{
    [Fact]
    public void From_NoFrames_IsNull() => Assert.Null(ResumePoint.From([]));

    [Fact]
    public void From_AllStored_IsTheLastFrame()
    {
        var point = ResumePoint.From([Frame(0, 10, watermark: 10, emitted: 10), Frame(10, 5, watermark: 20, emitted: 15)]);

        Assert.Equal(20, point!.Watermark);
    }

    [Fact]
    public void From_FrameMissingAboveSettled_IsTheFrameBeforeTheGapAndCountsBehindAllThatAreStored()
    {
        var point = ResumePoint.From([Frame(0, 10, watermark: 10, emitted: 10), Frame(15, 5, watermark: 30, emitted: 20)]);

        Assert.Equal(10, point!.Watermark);
        Assert.Equal(20, Assert.Single(point.Account.Emitted).Value);
        Assert.Equal(10, point.Account.Derived);
    }

    [Fact]
    public void From_FrameMissingBelowSettled_WasStoredOnce()
    {
        var point = ResumePoint.From([Frame(100, 10, watermark: 200, emitted: 110, settled: 100)]);

        Assert.Equal(200, point!.Watermark);
    }

    [Fact]
    public void From_OnePartitionBehindTheOther_IsTheFrameBothHave()
    {
        // The raw frame that ended at 20 gave five events to each partition; those of partition 5 are not stored.
        var point = ResumePoint.From(
        [
            Frame(0, 10, watermark: 10, emitted: 10, other: 7),
            Frame(0, 7, watermark: 10, emitted: 10, other: 7, partition: 5),
            Frame(10, 5, watermark: 20, emitted: 15, other: 12),
        ]);

        Assert.Equal(10, point!.Watermark);
    }

    [Fact]
    public void From_FramesOfTwoLoads_IsOfTheNewer()
    {
        var point = ResumePoint.From([Frame(0, 10, watermark: 500, emitted: 10) with { LoadId = 1 }, Frame(0, 2, watermark: 3, emitted: 2)]);

        Assert.Equal((RawFrames.Load, 3L), (point!.LoadId, point.Watermark));
    }

    [Fact]
    public void From_Ledger_GoesOnFromItsTotals()
    {
        var books = new NodeBooks(RawFrames.Node);
        books.Open(RawFrames.Boot, RawFrames.Load, 0, FrameAccount.Empty);
        books.Enter(10, 3, 2, [new LossRange(4, 6, LossReasons.RingFull)], [3]);

        var point = ResumePoint.From(books.ToAccount(0), series: 7)!;

        Assert.Equal((RawFrames.Load, 10L, RawFrames.Boot), (point.LoadId, point.Watermark, point.BootId));
        Assert.Equal(2, point.Account.Lost.Single(l => l.Key == LossReasons.RingFull).Value);
        Assert.Equal(3, Assert.Single(point.Account.Emitted).Value);
    }

    private static EventFrameHeader Frame(long first, int count, long watermark, long emitted, long settled = 0, long other = 0, int partition = 3) => new()
    {
        Node = RawFrames.Node,
        BootId = RawFrames.Boot,
        HostName = "host-a",
        LoadId = RawFrames.Load,
        Partition = partition,
        FirstOffset = first,
        Count = count,
        Settled = settled,
        Watermark = watermark,
        Account = new FrameAccount { Emitted = other == 0 ? [new(3, emitted)] : [new(3, emitted), new(5, other)] },
    };
}
