using TraceeMesh.Contracts.Events;
using TraceeMesh.Detector.Engine;
using TraceeMesh.Detector.State;
using TraceeMesh.MessagePack;
using TraceeMesh.Signatures;
using TraceeMesh.TestKit.Signatures;
using Xunit;

namespace TraceeMesh.Tests.Unit.Detector.Engine;

/// <summary>What an event costs in bytes, exactly: a frame of many events allocates as much as a frame of one.</summary>
public sealed class AllocationTests
{
    [Fact]
    public void Event_ThatNobodySelects_AllocatesNothing() => Assert.Equal(0, PerManyEvents(EventMaker.Make("sched_process_exit", ("exit_code", 1)), Looking(30, 16)));

    [Fact]
    public void Event_ThatSixteenOfThirtyLookAt_AllocatesNothing() =>
        Assert.Equal(0, PerManyEvents(EventMaker.Make("security_file_open", ("pathname", "/etc/passwd"), ("flags", 1)).InContainer("c1"), Looking(30, 16)));

    [Fact]
    public void Event_ThatFiltersKeepAway_AllocatesNothing() => Assert.Equal(
        0,
        PerManyEvents(
            EventMaker.Make("security_file_open", ("pathname", "/etc/passwd"), ("flags", 1)),
            [.. Enumerable.Range(0, 20).Select(i => (Func<Signature>)(() => new TestSignature($"T{i}", null, new EventSelector("tracee", "security_file_open") { Filters = [ArgumentFilter.EndsWith("pathname", $"{i}")] })))]));

    private static long PerManyEvents(Event e, Func<Signature>[] signatures)
    {
        using var bench = new Bench(signatures);
        SignatureInstance[] instances = [.. bench.Catalog.Signatures.Select(s => new SignatureInstance(s, bench, bench.State, bench.Parts.Log))];
        Array.ForEach(instances, i => i.Initialise());
        using var judge = new FrameJudge(bench.Parts, bench.State, instances);
        var (one, many) = (Frame(e, 1), Frame(e, 1000));
        Measure(judge, one, bench);
        Measure(judge, many, bench);
        return Measure(judge, many, bench) - Measure(judge, one, bench);
    }

    private static EventCursor Frame(Event e, int count)
    {
        EventFrameCodec.TryRead(FrameMaker.Encode(EventMaker.Frame, [.. Enumerable.Repeat(e, count)]), out _, out var cursor);
        return cursor;
    }

    private static long Measure(FrameJudge judge, EventCursor events, Bench bench)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var judgement = judge.JudgeAsync(events, bench.Losses, ToldEvents.Nothing, CancellationToken.None);
        Assert.True(judgement.IsCompletedSuccessfully);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static Func<Signature>[] Looking(int all, int looking) => [.. Enumerable.Range(0, all).Select(i => (Func<Signature>)(() => new Looker($"T{i:00}", i < looking)))];

    private sealed class Looker(string id, bool looks) : Signature
    {
        private readonly TextArgument _path = new("security_file_open", "pathname");
        private readonly NumberArgument _flags = new("security_file_open", "flags");

        public override SignatureMetadata Metadata { get; } = new(id, $"event_{id}");

        public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [new("tracee", looks ? "security_file_open" : "security_inode_rename")];

        public override ValueTask OnEvent(Event e, CancellationToken cancellation)
        {
            if (OpenFlags.IsWrite(_flags[e]) && _path[e].Is("/etc/shadow"u8))
            {
                Report(e);
            }

            return default;
        }
    }
}
