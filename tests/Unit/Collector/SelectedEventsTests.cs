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

        var (events, environment) = _selected.Union();
        Assert.Equal(new EventSet(EventIds.Ptrace, EventIds.SchedProcessExec), events);
        Assert.True(environment);
    }

    [Fact]
    public void Star_IsEverythingButTheInternalAndFrequentSystemCalls()
    {
        Hear("tmesh.b", """{"events":["*"]}""");

        var (events, _) = _selected.Union();
        Assert.Equal(SelectedEvents.Everything, events);
        Assert.False(events.Contains(EventIds.SnapshotProcess));
        Assert.True(events.Contains(EventCatalog.Find("ptrace")!.Id));
        Assert.False(events.Contains(EventCatalog.Find("read")!.Id));
    }

    [Fact]
    public void Selection_NotRenewed_EndsAfterTenSeconds()
    {
        Hear("detector.a", """{"events":["ptrace"]}""");
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

    private void Hear(string consumer, string value) => _selected.Hear(consumer, Encoding.UTF8.GetBytes(value));
}
