using System.Collections.Concurrent;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.DataSourceApi.Log;
using TraceeMesh.DataSourceApi.Protos.Mesh;
using TraceeMesh.DataSourceApi.Sources;
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

    private async Task PublishAsync(byte[] record, string id) =>
        (await new JetStream(_bus).PublishAsync(new Subjects().WriteLog("test", "big"), record, id)).OrThrow("the log");
}
