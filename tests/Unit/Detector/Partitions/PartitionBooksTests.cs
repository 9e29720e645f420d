using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Detector.Partitions;
using TraceeMesh.TestKit.Signatures;
using Xunit;

namespace TraceeMesh.Tests.Unit.Detector.Partitions;

public sealed class PartitionBooksTests
{
    private readonly PartitionBooks _books = new(null, TimeProvider.System);

    [Fact]
    public void Frames_InOrder_AreJudgedWithoutHoles()
    {
        Judge(Frame(0, 10, settled: 0), 1);
        Judge(Frame(10, 5, settled: 10), 2);

        Assert.Equal("0-15", Judged());
        Assert.Equal("", Lost());
        Assert.True(_books.IsJudged(Frame(3, 4, 0)));
        Assert.False(_books.IsJudged(Frame(14, 2, 0)));
    }

    [Fact]
    public void Hole_BelowSettled_IsLost()
    {
        Judge(Frame(0, 10, settled: 0), 1);
        Assert.True(_books.ShowsHole(Frame(15, 5, settled: 15)));

        Judge(Frame(15, 5, settled: 15), 3, LossReasons.StreamDeleted);

        Assert.Equal("0-10 15-20", Judged());
        Assert.Equal("10-15 stream_deleted", Lost());
        Assert.Equal(5, _books.Losses("node-a").Read().Lost);
    }

    [Fact]
    public void Losses_ToldToOneOwner_AreKnownToTheNext()
    {
        Judge(Frame(0, 10, settled: 0), 1);
        Judge(Frame(15, 5, settled: 15), 3, LossReasons.StreamDeleted);

        var next = new PartitionBooks(_books.ToRecord("other", 2), TimeProvider.System);

        Assert.Equal(5, next.Losses("node-a").Read().Lost);
        Assert.Equal([new(LossReasons.StreamDeleted, 5)], next.Losses("node-a").Read().Reasons);
    }

    [Fact]
    public void Hole_AboveSettled_IsInFlight()
    {
        Judge(Frame(0, 10, settled: 0), 1);
        Assert.False(_books.ShowsHole(Frame(15, 5, settled: 10)));
        Judge(Frame(15, 5, settled: 10), 2);
        Judge(Frame(10, 5, settled: 10), 3);

        Assert.Equal("0-20", Judged());
        Assert.Equal("", Lost());
    }

    [Fact]
    public void Hole_AfterAnUnreadableFrame_IsBadFrame()
    {
        _books.EnterUnreadable("node-a", 1);
        Judge(Frame(10, 1, settled: 10), 2, LossReasons.StreamDeleted);

        Assert.Equal("0-10 bad_frame", Lost());
    }

    [Fact]
    public void Frame_JudgedInPart_LosesTheRest()
    {
        _books.EnterJudged(Frame(0, 10, settled: 0), 4, 1);

        Assert.Equal("0-4", Judged());
        Assert.Equal("4-10 bad_frame", Lost());
    }

    [Fact]
    public void Frame_GivenUpAndComingLate_IsJudged()
    {
        Judge(Frame(10, 10, settled: 10), 1, LossReasons.StreamLimit);
        Judge(Frame(2, 3, settled: 0), 2);

        Assert.Equal("2-5 10-20", Judged());
        Assert.Equal("0-2 stream_limit 5-10 stream_limit", Lost());
    }

    [Fact]
    public void Stream_CreatedAnew_LosesByBusRestartWhatDoesNotComeAgain()
    {
        _books.Attach("t1", 5);
        Judge(Frame(0, 10, settled: 0), 5);

        _books.Attach("t2", 0);
        Assert.Equal(0, _books.Sequence);
        Judge(Frame(15, 5, settled: 15), 1, LossReasons.StreamDeleted);
        Judge(Frame(25, 5, settled: 25), 3, LossReasons.StreamDeleted);

        Assert.Equal("10-15 bus_restart 20-25 stream_deleted", Lost());
    }

    [Fact]
    public void Stream_WhoseSequenceWentBack_IsReadAnew()
    {
        _books.Attach("t1", 5);
        Judge(Frame(0, 10, settled: 0), 5);

        _books.Attach("t1", 5);
        Assert.Equal(5, _books.Sequence);
        _books.Attach("t1", 2);
        Assert.Equal(0, _books.Sequence);
    }

    [Fact]
    public void Record_ReadBack_GivesTheSameBooks()
    {
        _books.Attach("t1", 9);
        Judge(Frame(0, 10, settled: 0), 5);
        Judge(Frame(15, 5, settled: 15), 7, LossReasons.StreamDeleted);

        var record = _books.ToRecord("d1", 3);
        var again = new PartitionBooks(record, TimeProvider.System).ToRecord("d1", 3);

        Assert.Equal(("d1", 3, 7, "t1"), (record.Owner, record.Fence, record.Sequence, record.StreamCreated));
        Assert.Equal(System.Text.Json.JsonSerializer.Serialize(record), System.Text.Json.JsonSerializer.Serialize(again));
    }

    [Fact]
    public void Load_New_StartsItsOwnBooks()
    {
        Judge(Frame(0, 10, settled: 0), 1);
        Judge(Frame(0, 3, settled: 0) with { LoadId = 7 }, 2);
        Judge(Frame(10, 2, settled: 10), 3);

        Assert.Equal("00000007", _books.Find("node-a")!.LoadId);
        Assert.Equal("0-3", Judged());
    }

    [Fact]
    public void Ranges_BeyondTheLimit_AreFoldedAndTheirSumsKept()
    {
        const int Holes = LoadAccount.MaxRanges * 2;
        for (var i = 0; i < Holes; i++)
        {
            Judge(Frame((i * 10) + 1, 9, settled: (i * 10) + 1), i + 1, i % 2 == 0 ? LossReasons.StreamLimit : LossReasons.StreamDeleted);
        }

        var account = _books.Find("node-a")!;
        Assert.True(account.Judged.Count + account.Lost.Count <= LoadAccount.MaxRanges);
        Assert.Equal(Holes * 9, account.Judged.Sum(r => r[1] - r[0]));
        Assert.Equal(Holes / 2, account.Lost.Where(l => l.Reason == LossReasons.StreamLimit).Sum(l => l.Count));
        Assert.Equal(Holes / 2, account.Lost.Where(l => l.Reason == LossReasons.StreamDeleted).Sum(l => l.Count));
    }

    [Fact]
    public void Stream_CreatedAnew_WhoseFirstFrameShowsNoHoleYet_LosesByBusRestart()
    {
        _books.Attach("t1", 5);
        Judge(Frame(0, 10, settled: 0), 5);
        _books.Attach("t2", 0);
        Judge(Frame(20, 5, settled: 10), 1);
        Assert.Equal("", Lost());
        Judge(Frame(30, 5, settled: 30), 2, LossReasons.StreamDeleted);

        Assert.Equal("10-20 bus_restart 25-30 stream_deleted", Lost());
    }

    [Fact]
    public void Stream_CreatedAnew_BeforeTheOwnerChanges_LosesByBusRestartToo()
    {
        _books.Attach("t1", 5);
        Judge(Frame(0, 10, settled: 0), 5);
        _books.Attach("t2", 0);
        var heir = new PartitionBooks(_books.ToRecord("other", 2), TimeProvider.System);
        heir.Attach("t2", 1);
        Judge(heir, Frame(20, 5, settled: 10), 1);
        var last = new PartitionBooks(heir.ToRecord("third", 3), TimeProvider.System);
        Judge(last, Frame(30, 5, settled: 30), 2, LossReasons.StreamDeleted);

        Assert.Equal("10-20 bus_restart 25-30 stream_deleted", Lost(last));
    }

    [Fact]
    public void Stream_CreatedAnew_BeforeTheNumbersBeginASeries_LosesByBusRestartToo()
    {
        _books.Attach("t1", 5);
        Judge(Frame(0, 10, settled: 0), 5);
        _books.Attach("t2", 0);
        Judge(Frame(20, 5, settled: 10), 1);
        var frame = Frame(25, 5, settled: 25);
        Judge(frame with { Account = frame.Account with { Series = 9, SeriesFrom = [new(frame.Partition, 25)] } }, 2, LossReasons.StreamDeleted);

        Assert.Equal("10-20 bus_restart", Lost());
    }

    private static EventFrameHeader Frame(long first, int count, long settled) =>
        EventMaker.Frame with { FirstOffset = first, Count = count, Settled = settled, Watermark = first + count };

    private static void Judge(PartitionBooks books, EventFrameHeader frame, long sequence, string reason = "")
    {
        books.EnterTold(frame, reason);
        books.EnterJudged(frame, frame.Count, sequence);
    }

    private static string Lost(PartitionBooks books) => string.Join(' ', books.Find("node-a")!.Lost.Select(l => $"{l.From}-{l.To} {l.Reason}"));

    private void Judge(EventFrameHeader frame, long sequence, string reason = "") => Judge(_books, frame, sequence, reason);

    private string Judged() => string.Join(' ', _books.Find("node-a")!.Judged.Select(r => $"{r[0]}-{r[1]}"));

    private string Lost() => string.Join(' ', _books.Find("node-a")!.Lost.Select(l => $"{l.From}-{l.To} {l.Reason}"));
}
