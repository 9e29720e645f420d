using Task = TraceeMesh.Tests.Unit.Enricher.Processes.TreeFeed.Task;

namespace TraceeMesh.Tests.Unit.Enricher.Processes;

/// <summary>What processes did, made from any list of numbers; a model that knows by replaying it; and the orders in which a ring can tell it.</summary>
internal sealed class TreeScript
{
    private const long Step = 10;
    private readonly List<Deed> _deeds = [];

    public TreeScript(IEnumerable<int> numbers)
    {
        Deed[] none = [];
        Replay(none, out var alive, out var threads);
        var time = 1000L;
        var next = 100u;
        foreach (var number in numbers)
        {
            var n = (uint)number;
            time += Step;
            var actor = alive.Keys.ElementAt((int)(n / 7 % (uint)alive.Count));
            Deed? deed = (n % 7) switch
            {
                0 or 1 or 2 => new Deed(DeedKind.Fork, actor, time, Task.Process(next++, time)),
                3 => new Deed(DeedKind.Exec, actor, time, Path: $"/bin/{number}"),
                4 => new Deed(DeedKind.Clone, actor, time, actor.Thread(next++, time)),
                5 when threads.FirstOrDefault(t => t.First() == actor && t != actor) is { Tid: > 0 } thread => new Deed(DeedKind.ThreadExit, actor, time, thread),
                _ when actor != TreeFeed.Init => new Deed(DeedKind.Exit, actor, time, ReaperOf(alive, actor, n)),
                _ => null,
            };
            if (deed is not null)
            {
                _deeds.Add(deed);
                Replay(_deeds, out alive, out threads);
            }
        }
    }

    private enum DeedKind
    {
        Fork,
        Exec,
        Clone,
        ThreadExit,
        Exit,
    }

    public IEnumerable<long> Times => _deeds.Select(d => d.Time).SelectMany(t => new[] { t - 1, t }).Append(long.MaxValue);

    public IEnumerable<Task> Everybody => _deeds.Where(d => d.Kind == DeedKind.Fork).Select(d => d.Other).Prepend(TreeFeed.Init);

    public IEnumerable<Task> Threads => _deeds.Where(d => d.Kind == DeedKind.Clone).Select(d => d.Other);

    /// <summary>Feeds it in an order that a ring can have: what one process does stays in order, and nobody acts before its fork.</summary>
    public void FeedTo(TreeFeed feed, int seed, Action<long>? fed = null)
    {
        var random = new Random(seed);
        var left = _deeds.ToList();
        var born = new HashSet<Task> { TreeFeed.Init };
        while (left.Count > 0)
        {
            var possible = left.Where((d, i) => born.Contains(d.Actor) && !left.Take(i).Any(e => e.Actor == d.Actor)).ToArray();
            var deed = seed == 0 ? left[0] : possible[random.Next(possible.Length)];
            left.Remove(deed);
            born.Add(deed.Other);
            Feed(feed, deed);
            fed?.Invoke(deed.Time);
        }
    }

    /// <summary>What was so at a time.</summary>
    public Snapshot At(long time)
    {
        Replay([.. _deeds.Where(d => d.Time <= time)], out var alive, out var threads);
        return new Snapshot(alive, threads);
    }

    // The record says whose child its task is by the script, not by the order of the feed.
    private void Feed(TreeFeed feed, Deed deed)
    {
        var parents = At(deed.Time - 1).Alive;
        feed.SetParent(deed.Actor, parents[deed.Actor].Parent);
        switch (deed.Kind)
        {
            case DeedKind.Fork:
                feed.Fork(deed.Actor, deed.Other);
                break;
            case DeedKind.Exec:
                feed.Exec(deed.Actor, deed.Path, deed.Time);
                break;
            case DeedKind.Clone:
                feed.Clone(deed.Actor, deed.Other);
                break;
            case DeedKind.ThreadExit:
                feed.Exit(deed.Other, deed.Time, last: false);
                break;
            default:
                feed.Exit(deed.Actor, deed.Time, reaper: deed.Other);
                break;
        }
    }

    // An ancestor: who is left to take the children.
    private static Task ReaperOf(Dictionary<Task, Life> alive, Task actor, uint number)
    {
        var reaper = alive[actor].Parent;
        for (var i = number / 7 % 3; i > 0 && reaper != TreeFeed.Init; i--)
        {
            reaper = alive[reaper].Parent;
        }

        return reaper;
    }

    private static void Replay(IEnumerable<Deed> deeds, out Dictionary<Task, Life> alive, out List<Task> threads)
    {
        alive = new() { [TreeFeed.Init] = new Life(default, "", 0) };
        threads = [TreeFeed.Init];
        foreach (var deed in deeds)
        {
            switch (deed.Kind)
            {
                case DeedKind.Fork:
                    alive[deed.Other] = new Life(deed.Actor, alive[deed.Actor].Path, 0);
                    threads.Add(deed.Other);
                    break;
                case DeedKind.Exec:
                    alive[deed.Actor] = alive[deed.Actor] with { Path = deed.Path, ExecTime = deed.Time };
                    threads.RemoveAll(t => t.First() == deed.Actor && t != deed.Actor);
                    break;
                case DeedKind.Clone:
                    threads.Add(deed.Other);
                    break;
                case DeedKind.ThreadExit:
                    threads.Remove(deed.Other);
                    break;
                default:
                    alive.Remove(deed.Actor);
                    threads.RemoveAll(t => t.First() == deed.Actor);
                    foreach (var (child, life) in alive.Where(a => a.Value.Parent == deed.Actor).ToArray())
                    {
                        alive[child] = life with { Parent = deed.Other };
                    }

                    break;
            }
        }
    }

    public sealed record Life(Task Parent, string Path, long ExecTime);

    public sealed record Snapshot(Dictionary<Task, Life> Alive, List<Task> Threads)
    {
        public uint[] ChildrenOf(Task task) => [.. Alive.Where(a => a.Value.Parent == task).Select(a => a.Key.Pid).Order()];

        public uint[] ThreadsOf(Task task) => [.. Threads.Where(t => t.First() == task).Select(t => t.Tid).Order()];
    }

    private sealed record Deed(DeedKind Kind, Task Actor, long Time, Task Other = default, string Path = "");
}
