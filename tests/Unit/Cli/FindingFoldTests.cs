using System.Text;
using TraceeMesh.Cli.Findings;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Unit.Cli;

public sealed class FindingFoldTests
{
    private readonly List<string> _lines = [];
    private readonly ManualTime _time = new();
    private readonly FindingFold _fold;

    public FindingFoldTests() => _fold = new FindingFold(_lines.Add, _time);

    [Fact]
    public void First_OfItsKind_IsPrintedAtOnce()
    {
        Take(0, pid: 1);
        Take(0.1, pid: 2, container: "c1");
        Take(0.2, pid: 3, executable: "/bin/other");
        Take(0.3, pid: 4, signature: "other");

        Assert.Equal(["[1]", "[2]", "[3]", "[4]"], Pids());
    }

    [Fact]
    public void Repeats_WithinAWindow_AreOneLineWithTheirCount()
    {
        for (var i = 0; i < 5; i++)
        {
            Take(i * 0.1, pid: i);
        }

        Assert.Equal(["[0]"], Pids());
        _fold.Flush();
        Assert.Equal(["[0]", "[4]"], Pids());
        Assert.EndsWith("  [4 more, 5 in all]", _lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Repeat_ThatIsAlone_IsALineOfItsOwn()
    {
        Take(0, pid: 1);
        Take(0.5, pid: 2);
        _fold.Flush();

        Assert.Equal(_lines[0].Replace("[1]", "[2]", StringComparison.Ordinal)[12..], _lines[1][12..]);
    }

    [Fact]
    public void Repeats_OverAnHour_AreAtMostALineAMinuteAndAllCounted()
    {
        for (var i = 0; i < 3600; i++)
        {
            Take(i, pid: i);
        }

        _fold.Flush();
        Assert.InRange(_lines.Count, 60, 70);
        Assert.EndsWith("3600 in all]", _lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Finding_AfterAQuietWindow_IsAFirstOne()
    {
        Take(0, pid: 1);
        Take(10, pid: 2);

        Assert.Equal(["[1]", "[2]"], Pids());
    }

    [Fact]
    public async Task Repeats_WithNothingAfterThem_ArePrintedWhenTheWindowEnds()
    {
        using var stop = new CancellationTokenSource();
        var running = _fold.RunAsync(stop.Token);
        Take(0, pid: 1);
        Take(0.1, pid: 2);
        Take(0.2, pid: 3);

        _time.Advance(FindingFold.FirstWindow - TimeSpan.FromMilliseconds(300));
        Assert.Single(_lines);
        await TestWait.Until(
            () =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(250));
                return _lines.Count == 2;
            },
            "the repeats are printed");

        await stop.CancelAsync();
        await running;
        Assert.Equal(["[1]", "[3]"], Pids());
    }

    [Fact]
    public void Kinds_BeyondTheBound_LoseNoFinding()
    {
        for (var i = 0; i < FindingFold.MaxKinds + 10; i++)
        {
            Take(0, pid: i, container: $"c{i}");
            Take(0, pid: i, container: $"c{i}");
        }

        _fold.Flush();
        Assert.Equal(2 * (FindingFold.MaxKinds + 10), _lines.Count);
    }

    [Fact]
    public void Payload_ThatIsNoFinding_IsRefused() => Assert.False(_fold.TryTake("{}"u8.ToArray()));

    private void Take(double seconds, int pid, string signature = "anti_debugging", string container = "", string executable = "/usr/bin/python3") => Assert.True(_fold.TryTake(Encoding.UTF8.GetBytes(
        $$"""{"timestamp":{{1_763_683_200_000_000_000 + (long)(seconds * 1e9)}},"hostProcessId":{{pid}},"processName":"p","containerId":"{{container}}","executable":{"path":"{{executable}}"},"eventName":"{{signature}}"}""")));

    private IEnumerable<string> Pids() => _lines.Select(l => l[l.IndexOf('[', StringComparison.Ordinal)..(l.IndexOf(']', StringComparison.Ordinal) + 1)]);
}
