using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher.Processes;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher.Processes;

public sealed class HostileRecordTests
{
    private const int Numbers = 24;

    /// <summary>Records that contradict each other in every way: few pids, few times, anybody anybody's parent, thread or reaper.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_ContradictoryRecords_AreTakenInAndAskedForWithinBounds(int seed)
    {
        var random = new Random(seed);
        var limits = new ProcessLimits { Processes = 32, Threads = 48, Facts = 96, Depth = 4, TextBytes = 64 << 10, Retention = TimeSpan.FromTicks(1) };
        var store = new TreeFeed(limits).Store;
        var views = new ProcessView[ProcessLimits.Ancestors];
        List<TreeLink> links = [];
        for (var i = 0; i < 20_000; i++)
        {
            Feed(store, random, i);
            var at = new Viewpoint(random.Next(400), random.Next(2) == 0 ? FactPosition.Open : TreeFeed.At(random.Next(i + 1)));
            var validity = new Validity(at.Position);
            if (store.FindByPid((uint)random.Next(Numbers), at) is var process && process != 0)
            {
                links.Clear();
                Assert.InRange(store.Lineage(process, at, views, ref validity), 1, views.Length);
                Assert.True(store.ChildrenOf(process, at, links, ref validity));
                Assert.True(store.ThreadsOf(process, at, links, ref validity));
                _ = store.SessionRootOf(process);
                Assert.True(validity.From < validity.To);
            }
        }

        Assert.InRange(store.Count, 1, 32);
        Assert.InRange(store.ThreadCount, 1, 48);
    }

    private static void Feed(ProcessStore store, Random random, int i)
    {
        var head = default(RecordHead) with
        {
            HostPid = Number(random), HostTid = Number(random), HostPpid = Number(random),
            LeaderStartTime = Time(random), StartTime = Time(random), ParentStartTime = Time(random), Time = Time(random),
        };
        var text = new byte[random.Next(700)];
        random.NextBytes(text);
        var program = new ProgramFacts { Path = text, Arguments = text, Interp = text.AsSpan(text.Length / 2) };
        var position = TreeFeed.At(i);
        switch (random.Next(6))
        {
            case 0:
                var body = default(ForkBody) with { Parent = Ids(random), Child = Ids(random), Leader = Ids(random), ParentProcess = Ids(random) };
                store.Forked(head, body, position, text.AsSpan(0, Math.Min(text.Length, 64)));
                break;
            case 1:
                store.Executed(head, Number(random), program, position, default);
                break;
            case 2:
                store.Exited(head, new ExitBody { ProcessGroupExit = (byte)random.Next(2), ReaperPid = Number(random), ReaperStartTime = Time(random) }, position, default);
                break;
            case 3:
                store.Existing(head, program, position, default);
                break;
            case 4:
                store.ExistingThread(head, position);
                break;
            default:
                store.SnapshotEnded(head, (uint)random.Next(4), position);
                break;
        }
    }

    private static TaskIds Ids(Random random) => new() { Tid = Number(random), Pid = Number(random), NsPid = Number(random), NsTid = Number(random), StartTime = Time(random) };

    private static uint Number(Random random) => random.Next(50) == 0 ? uint.MaxValue : (uint)random.Next(Numbers);

    private static ulong Time(Random random) => random.Next(50) == 0 ? ulong.MaxValue : (ulong)random.Next(400);
}
