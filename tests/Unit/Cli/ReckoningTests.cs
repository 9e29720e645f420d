using TraceeMesh.Contracts.Ledger;
using Xunit;

namespace TraceeMesh.Tests.Unit.Cli;

public sealed class ReckoningTests
{
    private const string Load = "a81d02c4";

    [Fact]
    public void Report_OfEverythingJudged_Balances()
    {
        var report = Report(Account(produced: 100, derived: 5, filtered: 25, emitted: 80), Judged((0, 30), (30, 80)));

        Assert.True(report.Balanced, report.Reason);
        Assert.Equal(80, report.Judged);
        Assert.False(report.AnyLost);
    }

    [Fact]
    public void Report_OfAFrameDroppedByHand_NamesWhatIsInFlight()
    {
        var report = Report(Account(produced: 80, derived: 0, filtered: 0, emitted: 80), Judged((0, 30), (40, 80)));

        Assert.False(report.Balanced);
        Assert.Equal(10, report.InFlight);
        Assert.Equal("10 events are still in flight", report.Reason);
    }

    [Fact]
    public void Report_OfARangeDeclaredLost_BalancesAndNamesIt()
    {
        var books = Judged((0, 30), (40, 80)) with { Lost = [new LossRange(30, 40, LossReasons.StreamLimit)] };

        var report = Report(Account(produced: 80, derived: 0, filtered: 0, emitted: 80), books);

        Assert.True(report.Balanced, report.Reason);
        Assert.True(report.AnyLost);
        Assert.Equal(10, report.Lost[LossReasons.StreamLimit]);
        Assert.Equal([new LossRange(30, 40, LossReasons.StreamLimit)], report.Losses);
    }

    [Fact]
    public void Report_OfARangeBothJudgedAndLost_CountsItOnceAsJudged()
    {
        var books = Judged((0, 80)) with { Lost = [new LossRange(30, 40, LossReasons.BusRestart)] };

        var report = Report(Account(produced: 80, derived: 0, filtered: 0, emitted: 80), books);

        Assert.True(report.Balanced, report.Reason);
        Assert.Equal(80, report.Judged);
        Assert.Empty(report.Lost);
    }

    [Fact]
    public void Report_OfAFrameJudgedTwice_CountsItOnce()
    {
        var report = Report(Account(produced: 80, derived: 0, filtered: 0, emitted: 80), Judged((0, 50), (20, 80)));

        Assert.True(report.Balanced, report.Reason);
        Assert.Equal(80, report.Judged);
    }

    [Fact]
    public void Report_OfBooksThatSkipEvents_SaysHowMany()
    {
        var report = Report(Account(produced: 90, derived: 0, filtered: 0, emitted: 80), Judged((0, 80)));

        Assert.False(report.Balanced);
        Assert.Equal("10 events are told by nobody", report.Reason);
    }

    [Fact]
    public void Report_OfAnotherLoadsJudgements_CountsNone()
    {
        var report = Report(Account(produced: 80, derived: 0, filtered: 0, emitted: 80), Judged((0, 80)) with { LoadId = "00000000" });

        Assert.False(report.Balanced);
        Assert.Equal(80, report.InFlight);
    }

    [Fact]
    public void Report_OfJudgementsAheadOfTheBooks_IgnoresWhatIsAhead()
    {
        var report = Report(Account(produced: 80, derived: 0, filtered: 0, emitted: 80), Judged((0, 120)));

        Assert.True(report.Balanced, report.Reason);
        Assert.Equal(80, report.Judged);
    }

    [Fact]
    public void Report_OfALoadThatNeverClosed_NeverClaimsBalance()
    {
        var report = Report(Account(produced: 80, derived: 0, filtered: 0, emitted: 80) with { Unclosed = ["00000001"] }, Judged((0, 80)));

        Assert.False(report.Balanced);
        Assert.True(report.AnyLost);
        Assert.StartsWith("incomplete", report.Reason, StringComparison.Ordinal);
    }

    private static NodeReport Report(NodeAccount account, JudgedAccount judged) => Reckoning.Report(account, new Dictionary<int, JudgedAccount> { [3] = judged });

    private static NodeAccount Account(long produced, long derived, long filtered, long emitted) => new()
    {
        Node = "node-a",
        BootId = "boot",
        LoadId = Load,
        Produced = produced,
        Derived = derived,
        Filtered = filtered == 0 ? new Dictionary<string, long>() : new Dictionary<string, long> { [FilterRules.NotSelected] = filtered },
        Lost = new Dictionary<string, long>(),
        Emitted = new Dictionary<int, long> { [3] = emitted },
        Timestamp = 1,
    };

    private static JudgedAccount Judged(params (long From, long To)[] ranges) => new() { LoadId = Load, Judged = [.. ranges.Select(r => new[] { r.From, r.To })] };
}
