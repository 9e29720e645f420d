using System.Text.Json;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.MessagePack;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Records;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Enricher;

public sealed class EnricherTests : IAsyncLifetime
{
    private static readonly string Id = new('a', 64);
    private EnricherMesh _mesh = null!;

    public async Task InitializeAsync() => _mesh = await EnricherMesh.StartAsync();

    public async Task DisposeAsync() => await _mesh.DisposeAsync();

    [Fact]
    public async Task RawFrames_BecomeEventFramesAndBooks()
    {
        await _mesh.SendAsync(0, Opens(3));
        await _mesh.SendAsync(3, new RecordBuilder().SnapshotEnd().Ptrace());

        var account = await _mesh.AccountAsync(a => a.Produced == 5);

        var frames = await _mesh.EventFramesAsync();
        Assert.Equal([0L, 1, 2, 4], frames.SelectMany(f => f.Events).Select(e => e.Position));
        Assert.Equal(4, account.Emitted.Values.Sum());
        Assert.Equal(1, account.Filtered[FilterRules.Snapshot]);
        Assert.Equal("a81d02c4", account.LoadId);
        await TestWait.Until(() => _mesh.SnapshotsAsked > 0, "the enricher asked for a snapshot");
    }

    [Fact]
    public async Task GarbageRawFrame_IsADeadLetterAndItsRangeIsLost()
    {
        await _mesh.SendAsync(0, Opens(1));
        await _mesh.SendAsync([0xc1, 2, 3]);
        await _mesh.SendAsync(4, Opens(1));

        var account = await _mesh.AccountAsync(a => a.Produced == 5);

        Assert.Equal(3, account.Lost[LossReasons.BadFrame]);
        Assert.Equal([new LossRange(1, 4, LossReasons.BadFrame)], account.Losses);
        StoredMessage? dead = null;
        await TestWait.Until(async () => (dead = await _mesh.JetStream.GetLastMessageAsync(_mesh.Streams.Dead.Name, _mesh.Subjects.Dead("enricher", RawFrames.Node))) is not null, "the dead letter is stored");
        Assert.Equal([0xc1, 2, 3], dead!.Payload.ToArray());
    }

    [Fact]
    public async Task RawFrameDeletedByHand_IsNamedInTheBooks()
    {
        await _mesh.KillEnricherAsync();
        await _mesh.SendAsync(0, Opens(2));
        var removed = await _mesh.SendAsync(2, Opens(5));
        await _mesh.SendAsync(7, Opens(1));
        Assert.True(await _mesh.JetStream.DeleteMessageAsync(_mesh.Streams.Raw(RawFrames.Node).Name, removed));

        await _mesh.StartEnricherAsync();
        var account = await _mesh.AccountAsync(a => a.Produced == 8);

        Assert.Equal([new LossRange(2, 7, LossReasons.StreamDeleted)], account.Losses);
    }

    [Fact]
    public async Task RawFramesBeyondTheStreamsLimit_AreNamedInTheBooks()
    {
        await _mesh.KillEnricherAsync();
        await _mesh.SendAsync(0, Opens(4));
        var kept = await _mesh.SendAsync(4, Opens(1));
        await _mesh.JetStream.PurgeStreamAsync(_mesh.Streams.Raw(RawFrames.Node).Name, belowSequence: kept);

        await _mesh.StartEnricherAsync();
        var account = await _mesh.AccountAsync(a => a.Produced == 5);

        Assert.Equal([new LossRange(0, 4, LossReasons.StreamLimit)], account.Losses);
    }

    [Fact]
    public async Task EnricherKilledInMidStream_JudgesEachRecordOnceAndKeepsItsStores()
    {
        await _mesh.SendAsync(0, new RecordBuilder().Cgroup(EventIds.CgroupMkdir, 77, $"/docker/{Id}").SnapshotEnd());
        long next = 2;
        for (var round = 0; round < 5; round++)
        {
            for (var i = 0; i < 50; i++, next += 3)
            {
                await _mesh.SendAsync(next, Opens(3));
            }

            await _mesh.KillEnricherAsync();
            await _mesh.StartEnricherAsync();
        }

        var account = await _mesh.AccountAsync(a => a.Produced == next);

        Assert.Empty(account.Lost);
        var events = (await _mesh.EventFramesAsync()).SelectMany(f => f.Events).ToList();
        Assert.Equal(events.Count, events.DistinctBy(e => (e.Id, e.Position)).Count());

        // All records but the end of the snapshot, and the container's creation.
        Assert.Equal(next, events.Count);
        Assert.All(events.Skip(1), e => Assert.Equal(Id, e.Container));
        long number = 0;
        foreach (var (header, _) in (await _mesh.EventFramesAsync()).Where(f => f.Header.Count > 0))
        {
            Assert.Equal(number, header.FirstOffset);
            number = header.EndOffset;
        }
    }

    [Fact]
    public async Task BusRestarted_BooksGoOnAndWhatItForgotIsNamed()
    {
        await _mesh.SendAsync(0, Opens(2));
        await _mesh.AccountAsync(a => a.Produced == 2);

        // The old connection still counts as one until its end is noticed.
        var before = _mesh.Bus.Statistics.Reconnects;
        await _mesh.Server.RestartAsync();
        await TestWait.Until(() => _mesh.Bus.Statistics.Reconnects > before && _mesh.Bus.State == BusState.Connected, "the bus is back");
        await _mesh.JetStream.EnsureStreamAsync(_mesh.Streams.Raw(RawFrames.Node));
        await _mesh.SendAsync(5, Opens(1));

        var account = await _mesh.AccountAsync(a => a.Produced == 6);
        Assert.Equal([new LossRange(2, 5, LossReasons.BusRestart)], account.Losses);
        await TestWait.Until(async () => await _mesh.JetStream.FindStreamAsync(_mesh.Streams.Events.Name) is not null, "the events stream is made again");
        await TestWait.Until(async () => (await _mesh.EventFramesAsync()).Any(f => f.Header.Watermark == 6), "the event frame is stored");
    }

    [Fact]
    public async Task Lookup_OfAPositionNotAppliedYet_WaitsForIt()
    {
        await _mesh.SendAsync(0, new RecordBuilder().SnapshotEnd());
        var asked = _mesh.LookUpAsync(new LookupRequest { Keys = [DataValue.Of(Id)], Node = RawFrames.Node, LoadId = RawFrames.Load, Position = 2, DeadlineMs = 9000 });

        await _mesh.SendAsync(1, new RecordBuilder().Cgroup(EventIds.CgroupMkdir, 77, $"/docker/{Id}").Open("/a").Cgroup(EventIds.CgroupRmdir, 77, $"/docker/{Id}"));
        var result = Assert.Single((await asked).Results);

        Assert.Equal((LookupStatus.Found, 1L, 3L, false), (result.Status, result.From, result.To, result.Open));
        Assert.Equal(Id, result.Values["container_id"].Text);
        Assert.Equal(RawFrames.BootEpoch + 5_000_000_000, result.Values["container_ctime"].Integer);
    }

    [Fact]
    public async Task Lookup_OfAPositionThatDoesNotCome_IsUnavailableAtItsDeadline()
    {
        await _mesh.SendAsync(0, new RecordBuilder().SnapshotEnd());

        var reply = await _mesh.LookUpAsync(new LookupRequest { Keys = [DataValue.Of(Id)], LoadId = RawFrames.Load, Position = 99, DeadlineMs = 50 });

        Assert.Equal(LookupStatus.Unavailable, Assert.Single(reply.Results).Status);
    }

    [Fact]
    public async Task Lookup_Garbage_IsAnsweredAndTheNextOneToo()
    {
        using var reply = await _mesh.Bus.RequestMessageAsync(_mesh.Subjects.Lookup("tracee", "containers", RawFrames.Node), new byte[] { 0xc1 }, TimeSpan.FromSeconds(5));
        await _mesh.SendAsync(0, new RecordBuilder().SnapshotEnd());
        await _mesh.AccountAsync(a => a.Produced == 1);

        var next = await _mesh.LookUpAsync(new LookupRequest { Keys = [DataValue.Of(1L)] });

        Assert.Equal(LookupStatus.KeyNotSupported, Assert.Single(next.Results).Status);
    }

    [Fact]
    public async Task Readiness_ComesWithTheWholeSnapshot_AlsoAfterAKill()
    {
        await _mesh.SendAsync(0, Opens(1));
        await _mesh.AccountAsync(a => a.Produced == 1);
        Assert.Equal(Heartbeat.Degraded, _mesh.Health.State);
        Assert.Contains("snapshot", _mesh.Health.Reason, StringComparison.Ordinal);

        await _mesh.SendAsync(1, new RecordBuilder().SnapshotEnd());
        await TestWait.Until(() => _mesh.Health.State == Heartbeat.Ready, "the enricher is ready");

        // All that the stream holds is applied before it says so again.
        await _mesh.KillEnricherAsync();
        await _mesh.SendAsync(2, new RecordBuilder().Cgroup(EventIds.CgroupMkdir, 77, $"/docker/{Id}"));
        await _mesh.StartEnricherAsync();
        await TestWait.Until(() => _mesh.Health.State == Heartbeat.Ready, "the enricher is ready again");
        var reply = await _mesh.LookUpAsync(new LookupRequest { Keys = [DataValue.Of(Id)] });
        Assert.Equal(LookupStatus.Found, Assert.Single(reply.Results).Status);
    }

    [Fact]
    public async Task List_OverTheBus_TellsWhatExists()
    {
        await _mesh.SendAsync(0, new RecordBuilder().SnapshotEnd().Cgroup(EventIds.CgroupMkdir, 77, $"/docker/{Id}"));
        await _mesh.AccountAsync(a => a.Produced == 2);

        using var writer = new MessagePackWriter();
        ListCodec.WriteRequest(writer, new ListRequest { Filter = "aaaa" });
        using var reply = await _mesh.Bus.RequestMessageAsync(_mesh.Subjects.List("tracee", "containers", RawFrames.Node), writer.WrittenMemory, TimeSpan.FromSeconds(5));

        Assert.Equal(FrameStatus.Ok, ListCodec.TryReadReply(reply.Payload, out var page));
        Assert.Equal(Id, Assert.Single(page.Entries).Key.Text);
        Assert.Equal(("", 0L), (page.Next, page.Evicted));
    }

    [Theory]
    [InlineData("PING")]
    [InlineData("INFO")]
    [InlineData("STATS")]
    public async Task MicroService_EachVerb_AnswersWithItsMetadata(string verb)
    {
        using var reply = await _mesh.Bus.RequestMessageAsync($"$SRV.{verb}.tracee-ds.a-containers", ReadOnlyMemory<byte>.Empty, TimeSpan.FromSeconds(5));

        using var json = JsonDocument.Parse(reply.Payload.ToArray());
        Assert.Equal("tracee-ds", json.RootElement.GetProperty("name").GetString());
        Assert.Equal($"io.nats.micro.v1.{verb.ToLowerInvariant()}_response", json.RootElement.GetProperty("type").GetString());
        var metadata = json.RootElement.GetProperty("metadata");
        Assert.Equal(["tracee", "containers", "1", "node", RawFrames.Node, "false"], ((string[])["namespace", "id", "version", "scope", "node", "writable"]).Select(n => metadata.GetProperty(n).GetString()));
        if (verb != "PING")
        {
            Assert.Equal(
                [_mesh.Subjects.Lookup("tracee", "containers", RawFrames.Node), _mesh.Subjects.List("tracee", "containers", RawFrames.Node)],
                json.RootElement.GetProperty("endpoints").EnumerateArray().Select(e => e.GetProperty("subject").GetString()));
        }
    }

    private static RecordBuilder Opens(int count)
    {
        var records = new RecordBuilder();
        for (var i = 0; i < count; i++)
        {
            records.Open($"/file/{i}");
        }

        return records;
    }
}
