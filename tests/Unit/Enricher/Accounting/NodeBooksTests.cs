using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Enricher.Accounting;
using TraceeMesh.TestKit.Records;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher.Accounting;

public sealed class NodeBooksTests
{
    [Fact]
    public void Open_AfterALedgerThatWasNotClosed_ListsItsLoad()
    {
        var books = Restored(closed: false);

        books.Open(RawFrames.Boot, 2, 0, FrameAccount.Empty);

        Assert.Equal(["00000001"], books.ToAccount(0).Unclosed);
    }

    [Fact]
    public void Open_AfterALedgerThatWasClosed_ListsNothing()
    {
        var books = Restored(closed: true);

        books.Open(RawFrames.Boot, 2, 0, FrameAccount.Empty);

        Assert.Empty(books.ToAccount(0).Unclosed);
    }

    [Fact]
    public void Open_SameLoadGoesOn_ListsNothing()
    {
        var books = Restored(closed: false);

        books.Open(RawFrames.Boot, 1, 10, FrameAccount.Empty);

        Assert.Empty(books.ToAccount(0).Unclosed);
    }

    [Fact]
    public void Open_AnotherBoot_ForgetsLoadsOfTheOneBefore()
    {
        var books = Restored(closed: false);

        books.Open("another boot", 2, 0, FrameAccount.Empty);

        Assert.Empty(books.ToAccount(0).Unclosed);
    }

    [Fact]
    public void Enter_MoreLossesThanAreKept_KeepsTheLastAndTheTotal()
    {
        var books = new NodeBooks(RawFrames.Node);
        books.Open(RawFrames.Boot, 1, 0, FrameAccount.Empty);
        for (var i = 0; i < 100; i++)
        {
            books.Enter(i + 1, 0, 0, [new LossRange(i, i + 1, LossReasons.RingFull)], []);
        }

        var account = books.ToAccount(0);
        Assert.Equal(100, account.Lost[LossReasons.RingFull]);
        Assert.Equal(64, account.Losses.Count);
        Assert.Equal(99, account.Losses[^1].From);
    }

    [Fact]
    public void Known_ReasonNobodyKnows_IsUnknown() => Assert.Equal(LossReasons.Unknown, NodeBooks.Known("x"));

    private static NodeBooks Restored(bool closed)
    {
        var before = new NodeBooks(RawFrames.Node);
        before.Open(RawFrames.Boot, 1, 0, FrameAccount.Empty);
        if (closed)
        {
            before.Close();
        }

        var books = new NodeBooks(RawFrames.Node);
        books.Restore(before.ToAccount(0));
        return books;
    }
}
