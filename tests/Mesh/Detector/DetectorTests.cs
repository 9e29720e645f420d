using System.Text.Json;
using TraceeMesh.Bus;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.TestKit.Signatures;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Detector;

public sealed class DetectorTests
{
    [Fact]
    public async Task Frames_OfEvents_BecomeFindingsAndBooks()
    {
        await using var bus = await EventBus.StartAsync();
        await bus.PublishAsync(3);
        var detector = bus.StartDetector("d1");
        var first = await bus.FindingsAsync(3);
        var sequence = await bus.PublishAsync(2);
        var findings = await bus.FindingsAsync(5);

        Assert.Equal(5, findings.Select(f => (string?)f["mesh"]!["id"]).Distinct().Count());
        Assert.All(findings, f => Assert.Equal("anti_debugging", (string?)f["eventName"]));
        Assert.All(findings, f => Assert.Equal("""{"state":"complete"}""", f["mesh"]!["completeness"]!.ToJsonString()));
        Assert.Equal([1001, 1002, 1003], first.Select(f => (long)f["mesh"]!["position"]!));
        Assert.True((await bus.JetStream.GetLastMessageAsync(bus.Streams.Findings.Name, "tracee.findings.low.anti_debugging.node-a")) is not null);

        var lease = await bus.LeaseWhenAsync(l => l.Sequence == sequence, "the checkpoint reaches the last frame");
        Assert.Equal("d1", lease.Owner);
        Assert.Equal([[0L, 5L]], lease.Nodes["node-a"].Judged);
        Assert.Empty(lease.Nodes["node-a"].Lost);
    }

    [Fact]
    public async Task Detector_Alone_OwnsAllPartitionsAndTellsItsSelection()
    {
        await using var bus = await EventBus.StartAsync();
        var detector = bus.StartDetector("d1");

        await bus.OwnedAsync("d1");
        var entry = await new KeyValueBucket(bus.JetStream, bus.Streams.Selection.Name).GetAsync("detector.d1");
        using var selection = JsonDocument.Parse(entry!.Value);
        var events = selection.RootElement.GetProperty("events").EnumerateArray().Select(e => e.GetString()).ToHashSet();
        Assert.Superset(new HashSet<string?> { "ptrace", "sched_process_exec", "security_file_open", "security_inode_rename" }, events);
        Assert.DoesNotContain("openat", events);
        Assert.True(selection.RootElement.GetProperty("environment").GetBoolean());

        await detector.StopAsync();
        for (var p = 0; p < 16; p++)
        {
            Assert.Equal(LeaseRecord.Free, (await bus.LeaseAsync(p))!.Owner);
        }
    }

    [Fact]
    public async Task Detector_KilledAndStartedAgain_FindsEverythingOnce()
    {
        await using var bus = await EventBus.StartAsync();
        var killed = bus.StartDetector("d1");
        await bus.OwnedAsync("d1");
        for (var i = 0; i < 100; i++)
        {
            await bus.PublishAsync(10);
        }

        await bus.FindingsAsync(200);
        killed.Kill();

        for (var i = 0; i < 50; i++)
        {
            await bus.PublishAsync(10);
        }

        var again = bus.StartDetector("d1");
        var lease = await bus.LeaseWhenAsync(l => l.Nodes.TryGetValue("node-a", out var n) && n.Judged is [[0, 1500]], "all is judged");

        Assert.Empty(lease.Nodes["node-a"].Lost);
        var findings = await bus.FindingsAsync(1500);
        Assert.Equal(1500, findings.Count);
        Assert.Equal(1500, findings.Select(f => (long)f["mesh"]!["position"]!).Distinct().Count());
    }

    [Fact]
    public async Task Detector_Killed_IsSucceededWithinFiveSeconds()
    {
        await using var bus = await EventBus.StartAsync();
        var first = bus.StartDetector("d1");
        await bus.OwnedAsync("d1");
        var second = bus.StartDetector("d2");
        var selections = new KeyValueBucket(bus.JetStream, bus.Streams.Selection.Name);
        await bus.EventuallyAsync(async () => await selections.GetAsync("detector.d2") is not null, "the second detector is there");

        first.Kill();
        var killed = TimeProvider.System.GetTimestamp();
        await bus.PublishAsync(1);
        await bus.FindingsAsync(1);
        var seconds = TimeProvider.System.GetElapsedTime(killed).TotalSeconds;

        Assert.True(seconds < 5, $"the second detector judged {seconds:0.0} s after the first was killed");
        Assert.Equal("d2", (await bus.LeaseAsync(bus.Partition))!.Owner);
    }

    [Fact]
    public async Task Detector_PausedAndSucceeded_ChangesNothingWhenItGoesOn()
    {
        await using var bus = await EventBus.StartAsync();
        var first = bus.StartDetector("d1");
        await bus.OwnedAsync("d1");
        await bus.PublishAsync(5);
        await bus.LeaseWhenAsync(l => l.Nodes.TryGetValue("node-a", out var n) && n.Judged is [[0, 5]], "five are judged");
        var second = bus.StartDetector("d2");

        first.Freeze();
        await bus.PublishAsync(5);
        await bus.OwnedAsync("d2");
        first.Thaw();
        await bus.PublishAsync(5);
        var lease = await bus.LeaseWhenAsync(l => l.Nodes["node-a"].Judged is [[0, 15]], "all are judged");
        await bus.EventuallyAsync(() => Task.FromResult(first.Log.Contains("another detector", StringComparison.Ordinal)), "the first knows");

        Assert.Equal("d2", lease.Owner);
        Assert.Equal(15, (await bus.FindingsAsync(15)).Count);
    }

    [Fact]
    public async Task Hole_BelowSettled_IsNamedInTheBooksAndOnFindings()
    {
        await using var bus = await EventBus.StartAsync();
        await bus.PublishAsync(2);
        var removed = await bus.PublishAsync(3);
        await bus.PublishAsync(2);
        Assert.True(await bus.JetStream.DeleteMessageAsync(bus.Streams.Events.Name, removed));

        var detector = bus.StartDetector("d1");
        var lease = await bus.LeaseWhenAsync(l => l.Nodes.TryGetValue("node-a", out var n) && n.Lost.Count > 0 && n.Judged.Count == 2, "the hole is named, and what follows is judged");

        Assert.Equal([new LossRange(2, 5, LossReasons.StreamDeleted)], lease.Nodes["node-a"].Lost);
        Assert.Equal([[0L, 2L], [5L, 7L]], lease.Nodes["node-a"].Judged);
        var last = (await bus.FindingsAsync(4))[^1];
        Assert.Equal("""{"state":"incomplete","lost":3,"reasons":{"stream_deleted":3},"from":1002,"to":1007}""", last["mesh"]!["completeness"]!.ToJsonString());
    }

    [Fact]
    public async Task Head_RemovedByALimit_IsStreamLimit()
    {
        await using var bus = await EventBus.StartAsync();
        await bus.PublishAsync(2);
        var kept = await bus.PublishAsync(3);
        await bus.JetStream.PurgeStreamAsync(bus.Streams.Events.Name, belowSequence: kept);

        var detector = bus.StartDetector("d1");
        var lease = await bus.LeaseWhenAsync(l => l.Nodes.TryGetValue("node-a", out var n) && n.Lost.Count > 0, "the hole is named");

        Assert.Equal([new LossRange(0, 2, LossReasons.StreamLimit)], lease.Nodes["node-a"].Lost);
    }

    [Fact]
    public async Task Frame_OfGarbage_IsPutAsideAndTheNextIsJudged()
    {
        await using var bus = await EventBus.StartAsync();
        var detector = bus.StartDetector("d1");
        await bus.OwnedAsync("d1");
        await bus.PublishAsync(2);
        await bus.PublishAsync([0xc1, 0xff, 0x00]);
        var cut = FrameMaker.Encode(EventMaker.Frame with { FirstOffset = 2, Settled = 2 }, EventMaker.Make("ptrace", ("request", 1)), EventMaker.Make("ptrace", ("request", 1)));
        await bus.PublishAsync(cut[..^20]);
        bus.Skip(2);
        await bus.PublishAsync(1);

        var lease = await bus.LeaseWhenAsync(l => l.Nodes.TryGetValue("node-a", out var n) && n.Judged.Count > 1, "what follows is judged");
        Assert.Equal([[0L, 3L], [4L, 5L]], lease.Nodes["node-a"].Judged);
        Assert.Equal([new LossRange(3, 4, LossReasons.BadFrame)], lease.Nodes["node-a"].Lost);
        await bus.FindingsAsync(3);
        var dead = await bus.JetStream.GetLastMessageAsync(bus.Streams.Dead.Name, "tracee.dead.detector.node-a");
        Assert.True(dead!.Headers.TryGet("Tracee-Reason", out var reason));
        Assert.Equal("BadEvent", reason);
        Assert.Equal(cut[..^20], dead.Payload.ToArray());
        Assert.Equal(2, (await bus.JetStream.FindStreamAsync(bus.Streams.Dead.Name))!.Messages);
    }

    [Fact]
    public async Task Bus_Restarted_JudgingGoesOnAndWhatIsMissingIsNamed()
    {
        await using var bus = await EventBus.StartAsync();
        var detector = bus.StartDetector("d1");
        await bus.OwnedAsync("d1");
        await bus.PublishAsync(2);
        await bus.LeaseWhenAsync(l => l.Nodes.TryGetValue("node-a", out var n) && n.Judged is [[0, 2]], "two are judged");

        var epoch = bus.Connection.Epoch;
        await bus.Server.RestartAsync();
        await bus.EventuallyAsync(() => Task.FromResult(bus.Connection.Epoch > epoch), "the test is connected again");
        await bus.JetStream.EnsureStreamAsync(bus.Streams.Events);
        bus.Skip(3);
        await bus.PublishAsync(2);

        var lease = await bus.LeaseWhenAsync(l => l.Nodes["node-a"].Judged.Count == 2, "what follows is judged");
        Assert.Equal([[0L, 2L], [5L, 7L]], lease.Nodes["node-a"].Judged);
        Assert.Equal([new LossRange(2, 5, LossReasons.BusRestart)], lease.Nodes["node-a"].Lost);
        Assert.Equal(4, (await bus.FindingsAsync(4)).Count);
    }
}
