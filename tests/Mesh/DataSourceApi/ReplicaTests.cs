using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.DataSourceApi.Entries;
using TraceeMesh.DataSourceApi.Log;
using TraceeMesh.DataSourceApi.Protos.Mesh;
using TraceeMesh.DataSourceApi.Replicas;
using TraceeMesh.DataSourceApi.Sources;
using TraceeMesh.Detector.Lookups;
using TraceeMesh.Grpc;
using TraceeMesh.MessagePack;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Mesh.DataSourceApi;

/// <summary>Replicas agree, and what was acknowledged survives the death of any of them and of the bus.</summary>
public sealed class ReplicaTests : IAsyncLifetime
{
    private static readonly SourceName Big = new() { Namespace = "test", Id = "big" };

    private readonly TemporaryDirectory _sources = new();
    private readonly List<DataSourceApiProcess> _services = [];
    private NatsServer _server = null!;
    private BusConnection _bus = null!;

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(_sources["big.yaml"], "namespace: test\nid: big\n");
        _server = await NatsServer.StartAsync();
        _bus = await BusConnection.ConnectAsync(new BusOptions { Urls = [_server.Url] });
    }

    public async Task DisposeAsync()
    {
        _services.ForEach(s => s.Dispose());
        await _bus.DisposeAsync();
        await _server.DisposeAsync();
        _sources.Dispose();
    }

    [Fact]
    public async Task TenThousandWrites_ThroughOneReplica_AreReadThroughTheOther()
    {
        var (a, b) = (await StartAsync("a"), await StartAsync("b"));
        const int writers = 16;
        var last = new ulong[writers];
        await Task.WhenAll(Enumerable.Range(0, writers).Select(async w =>
        {
            for (var i = w; i < 10_000; i += writers)
            {
                var written = await a.Channel.WriteItemsAsync(Big, Sources.Put($"k{i}", Sources.Text($"v{i}")));
                Assert.True(written.Revision > last[w], "revisions grow");
                last[w] = written.Revision;

                // Now and then through the other, straight behind the acknowledgement.
                if (i % 100 == 0)
                {
                    var read = await b.Channel.AskAsync("Get", new GetRequest { Source = Big, Keys = { Sources.Text($"k{i}") } }, GetResponse.Parser);
                    Assert.Equal(($"v{i}", written.Revision), (read.Entries[0].Value?.StringValue, read.Entries[0].Revision));
                }
            }
        }));

        var all = await b.Channel.AskAsync("Get", new GetRequest { Source = Big, Keys = { Enumerable.Range(0, 10_000).Select(i => Sources.Text($"k{i}")) } }, GetResponse.Parser);
        Assert.Equal(Enumerable.Range(0, 10_000).Select(i => $"v{i}"), all.Entries.Select(e => e.Value?.StringValue));
        Assert.Equal(last.Max(), all.Revision);
    }

    [Fact]
    public async Task Lookups_StraightBehindTheAcknowledgement_AreNeverStale()
    {
        var (a, _) = (await StartAsync("a"), await StartAsync("b"));
        for (var i = 0; i < 500; i++)
        {
            Assert.True((await a.Channel.WriteAsync(Sources.Demo, "fresh", $"{i}")).IsOk);

            // Either replica may answer: the bus chooses.
            Assert.Equal($"{i}", await _bus.TextAsync(Sources.Demo, "fresh"));
        }
    }

    [Fact]
    public async Task ParallelConditions_OnOneKey_AreWonOnceEach()
    {
        var services = new[] { await StartAsync("a"), await StartAsync("b") };
        var won = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async w =>
        {
            for (var i = 0; i < 25; i++)
            {
                var channel = services[(w + i) % 2].Channel;
                var read = await channel.AskAsync("Get", new GetRequest { Source = Big, Keys = { Sources.Text("counter") } }, GetResponse.Parser);
                var next = int.Parse(read.Entries[0].Value?.StringValue ?? "0", null) + 1;
                var written = await channel.WriteItemsAsync(Big, Sources.Put("counter", Sources.Text($"{next}"), read.Entries[0].Revision));
                if (written.Results[0].Status == ItemResult.Types.Status.Applied)
                {
                    Interlocked.Increment(ref won);
                }
            }
        }));

        Assert.Equal($"{won}", (await services[0].Channel.AskAsync("Get", new GetRequest { Source = Big, Keys = { Sources.Text("counter") } }, GetResponse.Parser)).Entries[0].Value.StringValue);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Killed_UnderWriteLoad_EveryAcknowledgedWriteIsThere(bool killTheBus)
    {
        var service = await StartAsync("a");
        var acknowledged = new ConcurrentDictionary<string, int>();
        using var stop = new CancellationTokenSource();
        var writing = Enumerable.Range(0, 8).Select(w => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                if ((await service.Channel.WriteAsync(Big, $"w{w}-{i % 50}", $"{i}")).IsOk)
                {
                    acknowledged[$"w{w}-{i % 50}"] = i;
                }
            }
        })).ToArray();

        for (var round = 0; round < 2; round++)
        {
            var enough = acknowledged.Values.Sum() + 2000;
            await TestWait.Until(() => acknowledged.Values.Sum() >= enough, "writes are acknowledged", 30);
            if (killTheBus)
            {
                await _server.RestartAsync();
                await service.ReadyAsync();
            }
            else
            {
                break;
            }
        }

        if (!killTheBus)
        {
            service.Kill();
        }

        await stop.CancelAsync();
        await Task.WhenAll(writing);
        var fresh = await StartAsync("b");

        foreach (var (key, value) in acknowledged)
        {
            // The write behind the last acknowledged one may have been stored, too.
            var read = await fresh.Channel.AskAsync("Get", new GetRequest { Source = Big, Keys = { Sources.Text(key) } }, GetResponse.Parser);
            Assert.True(int.Parse(read.Entries[0].Value?.StringValue ?? "-1", null) >= value, $"{key} is {read.Entries[0].Value}, {value} was acknowledged");
        }
    }

    /// <summary>A service killed between any two messages of a write leaves what stands in the log up to there: exactly that is written here.</summary>
    [Fact]
    public async Task LargeWrite_CutBetweenAnyTwoMessages_ShowsAllOfItsPairsOrNone()
    {
        var a = await StartAsync("a");
        await a.Channel.WriteItemsAsync(Big, Sources.Put("pair-0", Sources.Text("before")), Sources.Put("pair-199", Sources.Text("before")));
        var messages = LargeWrite(out var id);
        Assert.True(messages.Count >= 3);
        for (var sent = 0; sent < messages.Count; sent++)
        {
            await PublishAsync(messages[sent], $"{id:N}.{sent}");
            var whole = sent == messages.Count - 1;

            // As the replica sees it that was there all the time, and as one that starts now.
            var b = await StartAsync($"b{sent}");
            foreach (var replica in (DataSourceApiProcess[])[a, b])
            {
                var read = await replica.Channel.AskAsync("Get", new GetRequest { Source = Big, Keys = { Enumerable.Range(0, 200).Select(i => Sources.Text($"pair-{i}")) } }, GetResponse.Parser);
                var expected = Enumerable.Range(0, 200).Select(i => whole ? "after" : i is 0 or 199 ? "before" : null);
                Assert.Equal(expected, read.Entries.Select(e => e.Value?.StringValue[..Math.Min(6, e.Value.StringValue.Length)].TrimEnd('-')));
            }

            b.Kill();
        }
    }

    [Fact]
    public async Task LogOfManyPairs_IsReplacedByASnapshot_AndAFreshReplicaBeginsWithIt()
    {
        var a = await StartAsync("a");
        for (var round = 0; round < 3; round++)
        {
            var ended = await a.Channel.WriteStreamAsync(Enumerable.Range(0, 60_000).Select(i => Sources.Pair(Big, $"key-{i}", $"{round}")));
            Assert.Equal(GrpcStatusCode.Ok, ended.Code);
        }

        var jetStream = new JetStream(_bus);
        var streams = new StreamTable(new Subjects());
        await TestWait.Until(async () => (await jetStream.FindStreamAsync(streams.WriteLog("test", "big").Name))!.FirstSequence > 10, "the log was cut", 20, () => a.Log);
        await a.Channel.WriteItemsAsync(Big, new WriteItem { Delete = Sources.Text("key-7") }, Sources.Put("key-8", Sources.Text("newest")));
        var before = await a.Channel.AskAsync("Get", new GetRequest { Source = Big, Keys = { Sources.Text("key-0"), Sources.Text("key-59999") } }, GetResponse.Parser);
        a.Kill();

        var b = await StartAsync("b");
        var after = await b.Channel.AskAsync("Get", new GetRequest { Source = Big, Keys = { Sources.Text("key-0"), Sources.Text("key-59999"), Sources.Text("key-7"), Sources.Text("key-8") } }, GetResponse.Parser);
        Assert.Equal(before.Entries, after.Entries.Take(2));
        Assert.Equal((null, "newest"), (after.Entries[2].Value, after.Entries[3].Value.StringValue));
        var described = (await b.Channel.AskAsync("ListSources", new ListSourcesRequest(), ListSourcesResponse.Parser)).Sources.Single(s => s.Id == "big");
        Assert.Equal(59_999UL, described.Entries);

        // What the log no longer has, nobody can be told.
        await using var watch = b.Channel.Open<WatchResponse>("/traceemesh.v1.DataSources/Watch", [], TimeSpan.FromSeconds(20));
        await watch.WriteAsync(new WatchRequest { Source = Big, FromRevision = 1 });
        watch.Complete();
        Assert.False(await watch.ReadAsync());
        Assert.Equal(GrpcStatusCode.OutOfRange, watch.Code);
        Assert.Contains("the changes behind revision 1 are no longer known", watch.Detail, StringComparison.Ordinal);
    }

    /// <summary>Both begin with the same last snapshot, as replicas do that come to the same record at one time.</summary>
    [Fact]
    public async Task Snapshots_OfTwoReplicasAtOnce_AreOne()
    {
        var jetStream = new JetStream(_bus);
        var streams = new StreamTable(new Subjects());
        await jetStream.EnsureStreamAsync(streams.WriteLog("test", "big"));
        await jetStream.EnsureStreamAsync(streams.Snapshots("test", "big"));
        for (var round = 0L; round < 10; round++)
        {
            for (var i = 0; i < 5; i++)
            {
                await PublishAsync([(byte)i], $"{round}.{i}");
            }

            var asOf = (round + 1) * 5;
            var entries = Enumerable.Range(0, 2000).Select(i => new SnapshotEntry(Encoded(i), Encoded(new string('x', 500)), asOf, 0)).ToList();
            var (one, other) = (Snapshots(jetStream), Snapshots(jetStream));
            var before = (await one.FindAsync(CancellationToken.None))?.Sequence ?? 0;

            var written = await Task.WhenAll(
                Task.Run(() => one.WriteAsync(entries, asOf, asOf + 1, 0, before, CancellationToken.None)),
                Task.Run(() => other.WriteAsync(entries, asOf, asOf + 1, 0, before, CancellationToken.None)));

            Assert.Single(written, true);
            var found = (await one.FindAsync(CancellationToken.None))!.Value.Commit;
            var read = new EntryTable(10_000, Eviction.Refuse, TimeSpan.Zero);
            Assert.Equal((asOf, true, 2000), (found.AsOf, await one.ReadAsync(found, read, CancellationToken.None), read.Count));
            Assert.Equal(asOf + 1, (await jetStream.FindStreamAsync(streams.WriteLog("test", "big").Name))!.FirstSequence);
        }
    }

    [Fact]
    public async Task Parts_WithoutCommit_AreDroppedByEveryReplicaAfterAMinute()
    {
        var time = new ManualTime();
        time.Advance(TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch);
        await using var bus = await BusConnection.ConnectAsync(new BusOptions { Urls = [_server.Url], Time = time });
        using var stop = new CancellationTokenSource();
        var replica = new SourceReplica(new SourceDefinition { Namespace = "test", Id = "big", Fields = [new SourceField("value", FieldType.Text)] }, bus, new Subjects(), new JetStream(bus));
        var following = new LogFollower(replica, new JetStream(bus), bus, new Subjects(), NullLogger.Instance).RunAsync(stop.Token);
        await TestWait.Until(() => replica.IsReady, "the replica is ready");
        var a = await StartAsync("a");
        var messages = LargeWrite(out var id);
        for (var i = 0; i < messages.Count - 1; i++)
        {
            await PublishAsync(messages[i], $"{id:N}.{i}");
        }

        await TestWait.Until(() => replica.Applied == messages.Count - 1, "the parts have come");

        time.Advance(LogFollower.OpenPatience + TimeSpan.FromSeconds(10));
        await TestWait.Until(() => replica.Applied == messages.Count, "the write is aborted");
        await PublishAsync(messages[^1], $"{id:N}");
        await TestWait.Until(() => replica.Applied == messages.Count + 1, "the commit has come, too late");

        var abort = await new JetStream(_bus).GetMessageAsync(new StreamTable(new Subjects()).WriteLog("test", "big").Name, messages.Count);
        Assert.Equal(LogRecordKind.Abort, KindOf(abort!.Payload.Span));
        Assert.Equal(0, replica.Count);
        foreach (var other in (DataSourceApiProcess[])[a, await StartAsync("b")])
        {
            var read = await other.Channel.AskAsync("Get", new GetRequest { Source = Big, Keys = { Sources.Text("pair-0"), Sources.Text("pair-199") } }, GetResponse.Parser);
            Assert.All(read.Entries, e => Assert.Null(e.Value));
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);
    }

    [Fact]
    public async Task Entries_WhoseLifeIsOver_AreGoneInEveryReplica()
    {
        await File.WriteAllTextAsync(_sources["brief.yaml"], "namespace: test\nid: brief\nttl: 2\n");
        var brief = new SourceName { Namespace = "test", Id = "brief" };
        var (a, b) = (await StartAsync("a"), await StartAsync("b"));
        var written = await a.Channel.WriteItemsAsync(brief, Sources.Put("first", Sources.Text("1")));

        foreach (var replica in (DataSourceApiProcess[])[a, b])
        {
            await TestWait.Until(async () => await ValueAsync(replica, "first") is null, "the entry's life is over", 20);
        }

        // It ends untold, so no cache may keep it; and it can be written again as one that never was.
        await a.Channel.WriteItemsAsync(brief, Sources.Put("second", Sources.Text("2")));
        var told = (await _bus.LookUpAsync(brief, "second"))[0];
        Assert.True(told is { Status: LookupStatus.Found, Open: false } && told.To == told.From, $"{told}");
        var again = await b.Channel.WriteItemsAsync(brief, Sources.Put("first", Sources.Text("3"), expected: 0));
        Assert.Equal(ItemResult.Types.Status.Applied, again.Results[0].Status);
        Assert.True(again.Revision > written.Revision);

        async Task<string?> ValueAsync(DataSourceApiProcess replica, string key) =>
            (await replica.Channel.AskAsync("Get", new GetRequest { Source = brief, Keys = { Sources.Text(key) } }, GetResponse.Parser)).Entries[0].Value?.StringValue;
    }

    /// <summary>A cache follows each replica's notices by their incarnation; that nothing changes is told, too.</summary>
    [Fact]
    public async Task Changes_OfEveryReplica_FollowEachOtherWithoutAGapAlsoWhenNothingChanges()
    {
        var notices = new ConcurrentQueue<ChangeNotice>();
        using var subscription = _bus.Subscribe(new Subjects().Changed("test", "big"), message =>
        {
            Assert.Equal(FrameStatus.Ok, ChangeCodec.TryRead(message.Payload, out var notice));
            notices.Enqueue(notice);
        });
        var (a, _) = (await StartAsync("a"), await StartAsync("b"));
        await TestWait.Until(() => notices.GroupBy(n => n.Incarnation).Count(g => g.Count() >= 3) == 2, "both replicas tell that nothing changes");
        var first = await a.Channel.WriteItemsAsync(Big, Sources.Put("told", Sources.Text("1")), Sources.Put("told-too", Sources.Text("1")));
        var cleared = await a.Channel.AskAsync("Clear", new ClearRequest { Source = Big }, ClearResponse.Parser);
        await TestWait.Until(() => notices.GroupBy(n => n.Incarnation).All(g => g.Max(n => n.To) == (long)cleared.Revision + 1 && g.Last().Keys.Count == 0 && !g.Last().All), "both tell of the writes, and then of silence");

        foreach (var replica in notices.GroupBy(n => n.Incarnation))
        {
            var told = replica.ToList();
            Assert.Equal(Enumerable.Range(1, told.Count).Select(n => (long)n), told.Select(n => n.Number));
            Assert.All(told.Zip(told.Skip(1)), pair => Assert.Equal(pair.First.To, pair.Second.From));
            var put = Assert.Single(told, n => n.From == (long)first.Revision && n.To > n.From);
            Assert.Equal([LookupKey.Of(DataValue.Of("told")), LookupKey.Of(DataValue.Of("told-too"))], put.Keys);
            Assert.True(Assert.Single(told, n => n.From == (long)cleared.Revision && n.To > n.From).All);
        }

        var chain = new ChangeChain();
        foreach (var notice in notices.Where(n => n.Incarnation == notices.First().Incarnation))
        {
            chain.Add(notice);
        }

        Assert.Equal(0, chain.Breaks);
    }

    [Fact]
    public async Task Bus_Away_IsUnavailableAndNothingIsHalfWritten()
    {
        var a = await StartAsync("a");
        await a.Channel.WriteAsync(Sources.Demo, "kept", "1");
        _server.Kill();

        var unary = a.Channel.WriteAsync(Sources.Demo, "kept", "2");
        var stream = a.Channel.WriteStreamAsync(Enumerable.Range(0, 300).Select(i => Sources.Pair(Sources.Demo, $"half-{i}", new string('x', 5000))));
        Assert.Equal((GrpcStatusCode.Unavailable, GrpcStatusCode.Unavailable), ((await unary).Code, (await stream).Code));

        await _server.StartAgainAsync();
        await a.ReadyAsync();
        await TestWait.Until(async () => (await a.Channel.WriteAsync(Sources.Demo, "again", "1")).IsOk, "writes are taken again");
        await TestWait.Until(() => _bus is { State: BusState.Connected, Epoch: > 1 }, "the test is connected again");
        Assert.Equal("1", await _bus.TextAsync(Sources.Demo, "kept"));
        Assert.Null(await _bus.TextAsync(Sources.Demo, "half-0"));
        Assert.Null(await _bus.TextAsync(Sources.Demo, "half-299"));
    }

    private async Task<DataSourceApiProcess> StartAsync(string instance)
    {
        var service = new DataSourceApiProcess(_server, instance, "--sources", _sources.Path);
        _services.Add(service);
        await service.ReadyAsync();
        return service;
    }

    private static List<byte[]> LargeWrite(out Guid id)
    {
        using var builder = new WriteBuilder(new TypedPair(new SourceDefinition { Namespace = "test", Id = "big", Fields = [new SourceField("value", FieldType.Text)] }));
        for (var i = 0; i < 200; i++)
        {
            builder.Put($"pair-{i}", "after-" + new string('x', 1500));
        }

        var write = builder.Build(atomic: true);
        id = write.Id;
        var messages = new List<byte[]>();
        var checksum = 0UL;
        for (var i = 0; i < write.Segments.Count; i++)
        {
            using var items = new MessagePackWriter();
            LogFormat.WriteItems(items, write.Segments[i]);
            checksum = LogFormat.Checksum(checksum, items.WrittenSpan);
            using var part = new MessagePackWriter();
            LogFormat.WritePart(part, id, i, write.Segments[i]);
            messages.Add(part.WrittenSpan.ToArray());
        }

        using var commit = new MessagePackWriter();
        LogFormat.WriteCommit(commit, id, write.Segments.Count, checksum, atomic: true);
        messages.Add(commit.WrittenSpan.ToArray());
        return messages;
    }

    private static byte[] Encoded(DataValue value)
    {
        using var writer = new MessagePackWriter();
        DataValueCodec.Write(writer, value);
        return writer.WrittenSpan.ToArray();
    }

    private static LogRecordKind KindOf(ReadOnlySpan<byte> record)
    {
        var reader = new MessagePackReader(record);
        Assert.True(LogFormat.TryReadHead(ref reader, out var kind));
        return kind;
    }

    private static SnapshotStore Snapshots(JetStream jetStream) =>
        new(jetStream, new Subjects(), ("test", "big"), new LogStore(jetStream, _ => Task.CompletedTask));

    private async Task PublishAsync(byte[] record, string id) =>
        (await new JetStream(_bus).PublishAsync(new Subjects().WriteLog("test", "big"), record, id)).OrThrow("the log");
}
