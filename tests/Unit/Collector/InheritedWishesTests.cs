using TraceeMesh.Collector.Consumers;
using TraceeMesh.Collector.Kernel;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Unit.Collector;

public sealed class InheritedWishesTests
{
    private static readonly WantedEvents Inherited = Wanted(EventIds.Ptrace, EventIds.SecurityFileOpen);

    private readonly ManualTime _time = new();
    private readonly InheritedWishes _wishes;

    public InheritedWishesTests() => _wishes = new InheritedWishes(Inherited, _time);

    [Fact]
    public void NothingHeardYet_StaysAsItWas()
    {
        Assert.Same(Inherited, _wishes.With(WantedEvents.Nothing));
        Assert.Same(Inherited, _wishes.With(Wanted(EventIds.Ptrace)));
    }

    [Fact]
    public void AllOfItHeard_IsOver()
    {
        var all = Wanted(EventIds.Ptrace, EventIds.SecurityFileOpen, EventIds.SchedProcessExec);
        Assert.Same(all, _wishes.With(all));
        Assert.Same(WantedEvents.Nothing, _wishes.With(WantedEvents.Nothing));
    }

    [Fact]
    public void OtherHeard_IsAddedToIt()
    {
        Assert.Equal(new EventSet(EventIds.Ptrace, EventIds.SecurityFileOpen, EventIds.SchedProcessExec), _wishes.With(Wanted(EventIds.SchedProcessExec)).Events);
    }

    [Fact]
    public void NotHeardForTheValidityOfAWish_IsOver()
    {
        _time.Advance(Selection.Validity + TimeSpan.FromMilliseconds(1));
        Assert.Same(Inherited, _wishes.With(WantedEvents.Nothing));
        var other = Wanted(EventIds.SchedProcessExec);
        Assert.Same(other, _wishes.With(other));
    }

    [Fact]
    public void NobodyHeard_IsOverWhenNobodyWillJudgeItAnyMore()
    {
        _time.Advance(SelectedEvents.WithoutDetectors + TimeSpan.FromMilliseconds(1));
        Assert.Same(WantedEvents.Nothing, _wishes.With(WantedEvents.Nothing));
    }

    [Fact]
    public void WhileNobodyCouldBeHeard_TheirTimeDoesNotBegin()
    {
        _time.Advance(SelectedEvents.WithoutDetectors * 3);
        _wishes.Extend();
        _time.Advance(SelectedEvents.WithoutDetectors - TimeSpan.FromMilliseconds(1));
        Assert.Same(Inherited, _wishes.With(WantedEvents.Nothing));

        _time.Advance(TimeSpan.FromMilliseconds(2));
        Assert.Same(WantedEvents.Nothing, _wishes.With(WantedEvents.Nothing));
    }

    private static WantedEvents Wanted(params int[] events) => new(new EventSet(events), Environment: false, FilterPlan.None);
}
