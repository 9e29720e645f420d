using System.Globalization;
using System.Text;
using TraceeMesh.Collector.Consumers;
using TraceeMesh.Contracts.Events;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Unit.Collector;

public sealed class SelectedEventsTests
{
    private readonly ManualTime _time = new();
    private readonly SelectedEvents _selected;

    public SelectedEventsTests() => _selected = new SelectedEvents(_time);

    [Fact]
    public void Union_HoldsWhatAnyoneWants()
    {
        Hear("detector.a", """{"events":["ptrace"],"environment":true}""");
        Hear("tmesh.b", """{"events":["sched_process_exec"]}""");

        var (events, environment, _) = _selected.Union();
        Assert.Equal(new EventSet(EventIds.Ptrace, EventIds.SchedProcessExec), events);
        Assert.True(environment);
    }

    [Fact]
    public void Star_IsEverythingButTheInternalAndFrequentSystemCalls()
    {
        Hear("tmesh.b", """{"events":["*"]}""");

        var (events, _, _) = _selected.Union();
        Assert.Equal(SelectedEvents.Everything, events);
        Assert.False(events.Contains(EventIds.SnapshotProcess));
        Assert.True(events.Contains(EventCatalog.Find("ptrace")!.Id));
        Assert.False(events.Contains(EventCatalog.Find("read")!.Id));
    }

    [Fact]
    public void Selection_NotRenewed_EndsAfterTenSeconds()
    {
        Hear("tmesh.a", """{"events":["ptrace"]}""");
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(1, _selected.Union().Events.Count);
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(0, _selected.Union().Events.Count);
    }

    [Fact]
    public void Selection_OfADetector_EndsAfterTenSeconds_WhenAnotherIsHeard()
    {
        Hear("detector.a", """{"events":["ptrace"]}""");
        _time.Advance(TimeSpan.FromSeconds(9));
        Hear("detector.b", """{"events":["sched_process_exec"]}""");
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(new EventSet(EventIds.SchedProcessExec), _selected.Union().Events);
    }

    [Fact]
    public void Selection_OfTheLastDetector_GoesOnWhileItsEventsAreKeptForTheNext()
    {
        Hear("detector.a", """{"events":["ptrace"]}""");
        _time.Advance(SelectedEvents.WithoutDetectors);
        Assert.Equal(new EventSet(EventIds.Ptrace), _selected.Union().Events);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(0, _selected.Union().Events.Count);
    }

    [Fact]
    public void Selection_WhileNobodyCanBeHeard_HoldsAndHasTenSecondsAfterwards()
    {
        Hear("tmesh.a", """{"events":["ptrace"]}""");
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(1, _selected.Union(deaf: true).Events.Count);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, _selected.Union(deaf: true).Events.Count);

        Assert.Equal(1, _selected.Union().Events.Count);
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(1, _selected.Union().Events.Count);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(0, _selected.Union().Events.Count);
    }

    [Fact]
    public void Selection_Withdrawn_EndsAtOnce()
    {
        Hear("detector.a", """{"events":["ptrace"]}""");
        _selected.Hear("detector.a", []);

        Assert.Equal(0, _selected.Union().Events.Count);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"events":null}""")]
    [InlineData("""{"events":[null]}""")]
    [InlineData("""{"events":[],"filters":{"openat":null}}""")]
    [InlineData("""{"events":[],"filters":{"openat":[null]}}""")]
    [InlineData("""{"events":[],"filters":{"openat":[{"conditions":[null]}]}}""")]
    [InlineData("""{"events":[],"filters":{"openat":[{"conditions":[{"argument":"flags"}]}]}}""")]
    [InlineData("""{"events":[],"filters":{"openat":[{"conditions":[{"argument":"flags","operator":"one_of","texts":[null]}]}]}}""")]
    public void Nonsense_IsRefusedAndCounted(string value)
    {
        Hear("detector.a", value);

        Assert.Equal(1, _selected.Refused);
        Assert.Equal(0, _selected.Union().Events.Count);
    }

    [Fact]
    public void NamesOfNoEvent_AreCounted_AndTheOthersHold()
    {
        Hear("detector.a", """{"events":["no_such_event","snapshot_end","ptrace"]}""");

        Assert.Equal(2, _selected.Unknown);
        Assert.Equal(1, _selected.Union().Events.Count);
    }

    [Fact]
    public void Filters_OfAllConsumers_AreOneFilter_UntilOneWantsTheEventWhole()
    {
        Hear("detector.a", Writes(1));
        Hear("detector.b", Writes(2));
        Assert.Equal(2u, Assert.Single(_selected.Union().Plan.Filters).Alternatives);

        Hear("tmesh.c", """{"events":["openat"]}""");
        Assert.Empty(_selected.Union().Plan.Filters);

        _time.Advance(TimeSpan.FromSeconds(5));
        Hear("detector.a", Writes(1));
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(1u, Assert.Single(_selected.Union().Plan.Filters).Alternatives);
    }

    [Fact]
    public void Plan_ThatDoesNotChange_IsTheSameObject()
    {
        Hear("detector.a", Writes(1));
        var first = _selected.Union();
        Hear("detector.a", Writes(1));

        Assert.Same(first.Plan, _selected.Union().Plan);
        Assert.Equal(first, _selected.Union());
    }

    [Fact]
    public void Filter_OfAnEventTheStoresNeed_IsNone()
    {
        Hear("detector.a", """{"events":["sched_process_exec"],"filters":{"sched_process_exec":[{"conditions":[{"argument":"userId","operator":"one_of","numbers":[1]}]}]}}""");

        Assert.Empty(_selected.Union().Plan.Filters);
    }

    private static string Writes(int flags) =>
        """{"events":["openat"],"filters":{"openat":[{"conditions":[{"argument":"flags","operator":"any_flag","numbers":[FLAGS]}]}]}}""".Replace("FLAGS", flags.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private void Hear(string consumer, string value) => _selected.Hear(consumer, Encoding.UTF8.GetBytes(value));
}
