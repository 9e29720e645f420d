using FsCheck;
using FsCheck.Fluent;
using TraceeMesh.Enricher.Processes;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher.Processes;

public sealed class TreePropertyTests
{
    [Fact]
    public void Any_OrderARingCanHave_GivesTheTreeOfTheModelAtEveryTime() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int[]>(), ArbMap.Default.ArbFor<int>(), (numbers, order) => Check(numbers, order)).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_LongScript_GivesTheTreeOfTheModelAtEveryTime()
    {
        var random = new System.Random(11);
        Check([.. Enumerable.Range(0, 400).Select(_ => random.Next())], order: 3);
    }

    private static bool Check(int[] numbers, int order)
    {
        var script = new TreeScript(numbers);
        var feed = new TreeFeed();
        script.FeedTo(feed, order);
        foreach (var time in script.Times)
        {
            var at = new Viewpoint(time, FactPosition.Open);
            var model = script.At(time);
            foreach (var task in script.Everybody.Where(t => t.Start <= time && feed.Find(t) != 0))
            {
                var view = feed.See(task, at);
                Assert.Equal((time, task, model.Alive.ContainsKey(task)), (time, task, view.IsAlive));
                if (model.Alive.TryGetValue(task, out var life))
                {
                    Assert.Equal((time, task, life.Parent.Pid, life.Path, life.ExecTime), (time, task, view.ParentPid, feed.PathOf(task, at), view.ExecTime));
                    Assert.Equal((time, task, string.Join(' ', model.ChildrenOf(task))), (time, task, string.Join(' ', feed.ChildrenOf(task, at))));
                    Assert.Equal((time, task, string.Join(' ', model.ThreadsOf(task))), (time, task, string.Join(' ', feed.ThreadsOf(task, at))));
                }
            }
        }

        return true;
    }
}
