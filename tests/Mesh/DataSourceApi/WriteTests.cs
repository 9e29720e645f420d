using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.DataSourceApi.Protos.Mesh;
using TraceeMesh.DataSourceApi.Protos.Tracee;
using TraceeMesh.Grpc;
using TraceeMesh.MessagePack;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Mesh.DataSourceApi;

public sealed class WriteTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private static readonly SourceName Numbers = new() { Namespace = "test", Id = "numbers" };
    private static readonly SourceName Reputation = new() { Namespace = "test", Id = "reputation" };

    [Fact]
    public async Task Threshold_Written_IsAnsweredAsTheDeclaredInt()
    {
        Assert.True((await fixture.Channel.WriteAsync(Sources.Pair(Sources.Threshold, Value.ForString("threshold"), Value.ForNumber(41)))).IsOk);

        var result = (await fixture.Bus.LookUpAsync(Sources.Threshold, "threshold"))[0];

        Assert.Equal(LookupStatus.Found, result.Status);
        Assert.Equal(DataValue.MapOf(("threshold", 41)), result.Values);
    }

    public static TheoryData<string, string, string, string, GrpcStatusCode, string> Refused => new()
    {
        { "none", "such", "\"k\"", "\"v\"", GrpcStatusCode.NotFound, "requested data source does not exist (namespace: none, id: such)" },
        { "my_namespace", "threshold_datasource", "\"other\"", "1", GrpcStatusCode.InvalidArgument, "given key is not supported" },
        { "my_namespace", "threshold_datasource", "1", "1", GrpcStatusCode.InvalidArgument, "given key is not supported" },
        { "my_namespace", "threshold_datasource", "[\"threshold\"]", "1", GrpcStatusCode.InvalidArgument, "given key is not supported" },
        { "my_namespace", "threshold_datasource", "{\"threshold\":1}", "1", GrpcStatusCode.InvalidArgument, "given key is not supported" },
        { "my_namespace", "threshold_datasource", "null", "1", GrpcStatusCode.InvalidArgument, "given key is not supported" },
        { "my_namespace", "threshold_datasource", "\"threshold\"", "1.5", GrpcStatusCode.InvalidArgument, "failed to unmarshal given key or value" },
        { "my_namespace", "threshold_datasource", "\"threshold\"", "9007199254740992", GrpcStatusCode.InvalidArgument, "failed to unmarshal given key or value" },
        { "my_namespace", "threshold_datasource", "\"threshold\"", "-9007199254740992", GrpcStatusCode.InvalidArgument, "failed to unmarshal given key or value" },
        { "my_namespace", "threshold_datasource", "\"threshold\"", "\"41\"", GrpcStatusCode.InvalidArgument, "failed to unmarshal given key or value" },
        { "my_namespace", "threshold_datasource", "\"threshold\"", "null", GrpcStatusCode.InvalidArgument, "failed to unmarshal given key or value" },
        { "test", "reputation", "1", "{\"status\":\"x\",\"stranger\":1}", GrpcStatusCode.InvalidArgument, "failed to unmarshal given key or value" },
        { "test", "reputation", "1.5", "{}", GrpcStatusCode.InvalidArgument, "given key is not supported" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Write_ThatCannotBe_HasThePeersCodeAndText(string @namespace, string id, string key, string value, GrpcStatusCode code, string detail)
    {
        var pair = Sources.Pair(new SourceName { Namespace = @namespace, Id = id }, Value.Parser.ParseJson(key), Value.Parser.ParseJson(value));

        var reply = await fixture.Channel.WriteAsync(pair);

        Assert.Equal((code, detail), (reply.Code, reply.Detail));
        var stream = await fixture.Channel.WriteStreamAsync([pair]);
        Assert.Equal((code, detail.Replace("given key", "a given key", StringComparison.Ordinal)), stream);
    }

    [Fact]
    public async Task Names_Swapped_AreToldInTheDetails()
    {
        await using var call = fixture.Channel.Open<WriteDataSourceResponse>("/tracee.v1beta1.DataSourceService/Write", []);
        await call.WriteAsync(Sources.Pair(new SourceName { Namespace = "threshold_datasource", Id = "my_namespace" }, "threshold", "1"));
        call.Complete();
        Assert.False(await call.ReadAsync());

        Assert.Equal((GrpcStatusCode.NotFound, "requested data source does not exist (namespace: threshold_datasource, id: my_namespace)"), (call.Code, call.Detail));
        var details = call.Metadata["grpc-status-details-bin"];
        var text = System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(details.PadRight((details.Length + 3) / 4 * 4, '=')));
        Assert.Contains("NAMESPACE_AND_ID_SWAPPED", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_Empty_IsInvalidArgument() =>
        Assert.Equal(GrpcStatusCode.InvalidArgument, (await fixture.Channel.WriteStreamAsync([])).Code);

    [Fact]
    public async Task Stream_IsWrittenWhereItsFirstMessageSays_AndTheLastOfAKeyWins()
    {
        var ended = await fixture.Channel.WriteStreamAsync(
        [
            Sources.Pair(Sources.Demo, "stream-a", "first"),
            Sources.Pair(new SourceName { Namespace = "no", Id = "matter" }, "stream-b", "b"),
            Sources.Pair(Sources.Demo, "stream-a", "last"),
        ]);

        Assert.Equal(GrpcStatusCode.Ok, ended.Code);
        Assert.Equal(("last", "b"), (await fixture.Bus.TextAsync(Sources.Demo, "stream-a"), await fixture.Bus.TextAsync(Sources.Demo, "stream-b")));
    }

    [Fact]
    public async Task Stream_WithOnePairRefused_WritesNone()
    {
        var ended = await fixture.Channel.WriteStreamAsync([Sources.Pair(Sources.Demo, "none-a", "1"), Sources.Pair(Sources.Demo, Value.ForString("none-b"), Value.ForNumber(2))]);

        Assert.Equal((GrpcStatusCode.InvalidArgument, "failed to unmarshal a given key or value"), ended);
        Assert.Null(await fixture.Bus.TextAsync(Sources.Demo, "none-a"));
    }

    [Fact]
    public async Task Stream_WhoseClientIsGoneBeforeTheEnd_WritesNone()
    {
        var call = fixture.Channel.Open<WriteDataSourceResponse>("/tracee.v1beta1.DataSourceService/WriteStream", []);

        // More than the connection's windows hold: that all of it is written says that the service has read the first of it.
        for (var i = 0; i < 300; i++)
        {
            await call.WriteAsync(Sources.Pair(Sources.Demo, i == 0 ? "gone" : $"gone-{i}", new string('x', 10_000)));
        }

        await call.DisposeAsync();

        await AuditAsync(r => (string?)r["status"] == "CANCELLED" && (long?)r["pairs"] >= 1);
        Assert.Null(await fixture.Bus.TextAsync(Sources.Demo, "gone"));
    }

    [Fact]
    public async Task Stream_LargerThanARecord_IsWrittenWhole()
    {
        var pairs = Enumerable.Range(0, 100).Select(i => Sources.Pair(Sources.Demo, $"large-{i}", new string((char)('a' + (i % 26)), 10_000)));

        Assert.Equal(GrpcStatusCode.Ok, (await fixture.Channel.WriteStreamAsync(pairs)).Code);

        var results = await fixture.Bus.LookUpAsync(Sources.Demo, [.. Enumerable.Range(0, 50).Select(i => DataValue.Of($"large-{i}"))]);
        Assert.All(results, r => Assert.Equal(10_000, r.Values["value"].Text.Length));
        Assert.Single(results.Select(r => r.From).Distinct());
    }

    [Fact]
    public async Task Source_WithoutRoom_RefusesAFurtherKeyAndTakesTheOld()
    {
        var full = await fixture.Channel.WriteStreamAsync(Enumerable.Range(0, 4).Select(i => Sources.Pair(Reputation, Value.ForNumber(i), Value.Parser.ParseJson("{\"score\":1}"))));
        Assert.Equal((GrpcStatusCode.ResourceExhausted, "test/reputation is full: it holds 3 keys"), full);
        Assert.Equal(LookupStatus.NotFound, (await fixture.Bus.LookUpAsync(Reputation, 0))[0].Status);

        var fits = await fixture.Channel.WriteStreamAsync(Enumerable.Range(0, 12).Select(i => Sources.Pair(Reputation, Value.ForNumber(i % 3), Value.Parser.ParseJson($"{{\"status\":\"s\",\"score\":{i},\"weight\":2,\"tags\":[\"a\",{{\"b\":null}}]}}"))));
        Assert.Equal(GrpcStatusCode.Ok, fits.Code);
        var values = (await fixture.Bus.LookUpAsync(Reputation, 2))[0].Values;
        Assert.Equal((11L, 2.0, DataKind.Float, "a"), (values["score"].Integer, values["weight"].Float, values["weight"].Kind, values["tags"].List[0].Text));
        Assert.Equal(LookupStatus.KeyNotSupported, (await fixture.Bus.LookUpAsync(Reputation, "text"))[0].Status);
    }

    [Fact]
    public async Task Condition_ThatDoesNotHold_IsAConflictOfItsItemAlone()
    {
        var made = await fixture.Channel.WriteItemsAsync(Numbers, Sources.Put("cas", new Datum { IntValue = long.MaxValue }, expected: 0));
        var again = await fixture.Channel.WriteItemsAsync(Numbers, Sources.Put("cas", new Datum { IntValue = 2 }, expected: 0), Sources.Put("cas-other", new Datum { IntValue = 3 }), Sources.Put("cas-text", Sources.Text("no int")));
        Assert.Equal([ItemResult.Types.Status.Applied], made.Results.Select(r => r.Status));
        Assert.Equal([ItemResult.Types.Status.Conflict, ItemResult.Types.Status.Applied, ItemResult.Types.Status.ValueNotSupported], again.Results.Select(r => r.Status));

        var got = await fixture.Channel.AskAsync("Get", new GetRequest { Source = Numbers, Keys = { Sources.Text("cas"), Sources.Text("cas-none") } }, GetResponse.Parser);
        Assert.Equal((long.MaxValue, made.Revision), (got.Entries[0].Value.IntValue, got.Entries[0].Revision));
        Assert.Equal((null, 0UL), (got.Entries[1].Value, got.Entries[1].Revision));

        var replaced = await fixture.Channel.WriteItemsAsync(Numbers, Sources.Put("cas", new Datum { IntValue = -1 }, expected: made.Revision));
        Assert.True(replaced.Revision > again.Revision && again.Revision > made.Revision);
        var deleted = await fixture.Channel.WriteItemsAsync(Numbers, new WriteItem { Delete = Sources.Text("cas"), ExpectedRevision = replaced.Revision });
        Assert.Equal(ItemResult.Types.Status.Applied, deleted.Results[0].Status);
        Assert.Equal(LookupStatus.NotFound, (await fixture.Bus.LookUpAsync(Numbers, "cas"))[0].Status);
    }

    [Fact]
    public async Task Batch_Atomic_WritesNothingWhereOneItemFails()
    {
        var response = await fixture.Channel.AskAsync(
            "Write", new WriteRequest { Source = Numbers, Atomic = true, Items = { Sources.Put("atomic-a", new Datum { IntValue = 1 }), Sources.Put("atomic-b", new Datum { IntValue = 1 }, expected: 77) } }, WriteResponse.Parser);

        Assert.Equal([ItemResult.Types.Status.NotApplied, ItemResult.Types.Status.Conflict], response.Results.Select(r => r.Status));
        Assert.Equal(LookupStatus.NotFound, (await fixture.Bus.LookUpAsync(Numbers, "atomic-a"))[0].Status);
    }

    [Fact]
    public async Task Write_SentAgainUnderItsId_IsAppliedOnce()
    {
        var request = new WriteRequest { Source = Numbers, Items = { Sources.Put("again", new Datum { IntValue = 1 }, expected: 0) }, WriteId = Google.Protobuf.ByteString.CopyFrom(Guid.NewGuid().ToByteArray()) };

        var first = await fixture.Channel.AskAsync("Write", request, WriteResponse.Parser);
        var second = await fixture.Channel.AskAsync("Write", request, WriteResponse.Parser);

        Assert.Equal(first, second);
        Assert.Equal(ItemResult.Types.Status.Applied, second.Results[0].Status);
    }

    [Fact]
    public async Task Watch_FromARevision_TellsEveryChangeBehindIt()
    {
        var first = await fixture.Channel.WriteItemsAsync(Numbers, Sources.Put("watch-a", new Datum { IntValue = 1 }));
        await fixture.Channel.WriteItemsAsync(Numbers, Sources.Put("watch-b", new Datum { IntValue = 2 }));
        await using var call = fixture.Channel.Open<WatchResponse>("/traceemesh.v1.DataSources/Watch", [], TimeSpan.FromSeconds(20));
        await call.WriteAsync(new WatchRequest { Source = Numbers, FromRevision = first.Revision });
        call.Complete();
        var deleted = await fixture.Channel.WriteItemsAsync(Numbers, new WriteItem { Delete = Sources.Text("watch-a") });

        var seen = new List<Change>();
        while (!seen.Exists(c => c.Kind == Change.Types.Kind.Delete && c.Key.StringValue == "watch-a") && await call.ReadAsync())
        {
            Assert.InRange(call.Current.Revision, first.Revision + 1, deleted.Revision);
            seen.AddRange(call.Current.Changes);
        }

        Assert.Equal(["watch-b", "watch-a"], seen.Where(c => c.Key.StringValue.StartsWith("watch-", StringComparison.Ordinal)).Select(c => c.Key.StringValue));
        Assert.Equal(2, seen.Find(c => c.Key.StringValue == "watch-b")!.Value.IntValue);
    }

    [Fact]
    public async Task Entries_ListedInPages_AreAllThereOnce()
    {
        var source = Sources.Demo;
        await fixture.Channel.WriteStreamAsync(Enumerable.Range(0, 25).Select(i => Sources.Pair(source, $"page-{i:d2}", $"{i}")));

        var seen = new List<string>();
        var token = "";
        do
        {
            var page = await fixture.Channel.AskAsync("ListEntries", new ListEntriesRequest { Source = source, PageSize = 7, PageToken = token }, ListEntriesResponse.Parser);
            seen.AddRange(page.Entries.Select(e => e.Key.StringValue));
            token = page.NextPageToken;
        }
        while (token.Length > 0);

        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"page-{i:d2}"), seen.Where(k => k.StartsWith("page-", StringComparison.Ordinal)).Distinct());
        Assert.Equal(25, (await ListOverTheBusAsync(source, "PAGE-")).Count);
    }

    [Fact]
    public async Task Sources_AreListedWithTheirSchema_AndRegisteredOnTheBus()
    {
        var sources = (await fixture.Channel.AskAsync("ListSources", new ListSourcesRequest(), ListSourcesResponse.Parser)).Sources.ToDictionary(s => $"{s.Namespace}/{s.Id}");
        Assert.Equal(["e2e_inst/demo", "my_namespace/threshold_datasource", "test/numbers", "test/reputation", "traceemesh/allowed_images"], sources.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("""{"score":"int","status":"string","tags":"any","weight":"float"}""", sources["test/reputation"].Schema);
        Assert.Equal((3U, "int", "map", 3U), (sources["test/reputation"].Version, sources["test/reputation"].KeyType, sources["test/reputation"].ValueType, sources["test/reputation"].Capacity));
        Assert.Equal(("""{"threshold":"int"}""", "threshold"), (sources["my_namespace/threshold_datasource"].Schema, sources["my_namespace/threshold_datasource"].Keys[0].StringValue));

        using var reply = await fixture.Bus.RequestMessageAsync("$SRV.INFO.tracee-ds.a-my_namespace-threshold_datasource", default, TimeSpan.FromSeconds(5));
        var info = JsonNode.Parse(reply.Payload)!;
        Assert.Equal("tracee-ds", (string?)info["endpoints"]![0]!["queue_group"]);
        Assert.Equal(
            """{"namespace":"my_namespace","id":"threshold_datasource","version":"1","scope":"mesh","node":"","writable":"true","keys":"string","values":"int","schema":"{\u0022threshold\u0022:\u0022int\u0022}"}""",
            info["metadata"]!.ToJsonString());
    }

    [Fact]
    public async Task Clear_RemovesEveryKey()
    {
        var source = new SourceName { Namespace = "test", Id = "numbers" };
        await fixture.Channel.WriteItemsAsync(source, Sources.Put("clear", new Datum { IntValue = 1 }));

        var cleared = await fixture.Channel.AskAsync("Clear", new ClearRequest { Source = source }, ClearResponse.Parser);

        Assert.True(cleared.Revision > 0);
        Assert.Equal(LookupStatus.NotFound, (await fixture.Bus.LookUpAsync(source, "clear"))[0].Status);
    }

    [Fact]
    public async Task EveryWrite_AcceptedOrRefused_IsAudited()
    {
        await fixture.Channel.WriteAsync(Sources.Demo, "audited", "1");
        await fixture.Channel.WriteAsync(new SourceName { Namespace = "audit", Id = "none" }, "k", "v");

        var accepted = await AuditAsync(r => (string?)r["status"] == "OK" && (string?)r["id"] == "demo" && (string?)r["method"] == "/tracee.v1beta1.DataSourceService/Write");
        Assert.Equal(("anonymous", "a", 1L), ((string?)accepted["principal"], (string?)accepted["instance"], (long?)accepted["pairs"]));
        Assert.True((long?)accepted["revision"] > 0);
        var refused = await AuditAsync(r => (string?)r["namespace"] == "audit");
        Assert.Equal(("NOT_FOUND", "requested data source does not exist (namespace: audit, id: none)"), ((string?)refused["status"], (string?)refused["message"]));
    }

    /// <summary>What cannot even be read as a write is one all the same: the record has who and why.</summary>
    [Theory]
    [InlineData("02 00 00 00 00", "", GrpcStatusCode.Internal, "is not a gRPC message")]
    [InlineData("00 00 00 00 05 0a 01", "", GrpcStatusCode.Internal, "ends within a message")]
    [InlineData("00 00 00 00 05 0a 03 0a 01 ff", "", GrpcStatusCode.Internal, "not UTF-8")]
    [InlineData("00 ff ff ff ff", "", GrpcStatusCode.ResourceExhausted, "larger than the limit")]
    [InlineData("00 00 00 00 00", "snappy", GrpcStatusCode.Unimplemented, "messages compressed with 'snappy'")]
    public async Task Write_ThatCannotBeRead_IsAudited(string hex, string encoding, GrpcStatusCode code, string message)
    {
        foreach (var method in (string[])["/tracee.v1beta1.DataSourceService/Write", "/tracee.v1beta1.DataSourceService/WriteStream", "/traceemesh.v1.DataSources/Write", "/traceemesh.v1.DataSources/Clear"])
        {
            await using var call = fixture.Channel.Open<WriteDataSourceResponse>(method, encoding.Length == 0 ? [] : [new("grpc-encoding", encoding)], TimeSpan.FromSeconds(20));
            await call.WriteRawAsync(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));
            call.Complete();
            Assert.False(await call.ReadAsync());

            Assert.Equal(code, call.Code);
            var record = await AuditAsync(r => (string?)r["method"] == method && ((string?)r["message"])!.Contains(message, StringComparison.Ordinal));
            Assert.Equal((code.WireName(), "anonymous", 0L), ((string?)record["status"], (string?)record["principal"], (long?)record["revision"]));
        }
    }

    [Fact]
    public async Task Stream_ThatIsNotDoneByItsDeadline_WritesNoneAndIsAuditedAsSuch()
    {
        await using var call = fixture.Channel.Open<WriteDataSourceResponse>("/tracee.v1beta1.DataSourceService/WriteStream", [], TimeSpan.FromMilliseconds(300));
        await call.WriteAsync(Sources.Pair(Sources.Demo, "late", "1"));
        Assert.False(await call.ReadAsync());

        Assert.Equal(GrpcStatusCode.DeadlineExceeded, call.Code);
        var record = await AuditAsync(r => (string?)r["status"] == "DEADLINE_EXCEEDED");
        Assert.Equal(("demo", 1L), ((string?)record["id"], (long?)record["pairs"]));
        Assert.Null(await fixture.Bus.TextAsync(Sources.Demo, "late"));
    }

    [Fact]
    public async Task Source_ThatSomebodyElseServes_IsNotWritable()
    {
        using var containers = new MicroService(fixture.Bus, "enricher-n", "Containers", [new("namespace", "tracee"), new("id", "containers"), new("version", "1"), new("scope", "node")], []);
        var name = new SourceName { Namespace = "tracee", Id = "containers" };
        const string refusal = "requested data source is not writable (namespace: tracee, id: containers)";
        await TestWait.Until(async () => (await fixture.Channel.WriteAsync(name, "k", "v")).Code == GrpcStatusCode.Unimplemented, "the source is known", describe: () => fixture.Log);

        Assert.Equal(refusal, (await fixture.Channel.WriteAsync(name, "k", "v")).Detail);
        Assert.Equal((GrpcStatusCode.Unimplemented, refusal), await fixture.Channel.WriteStreamAsync([Sources.Pair(name, "k", "v")]));
        await AuditAsync(r => (string?)r["status"] == "UNIMPLEMENTED" && (string?)r["message"] == refusal);
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0xc1 })]
    [InlineData(new byte[] { 0x81, 0xa1, 0x76, 0x02 })]
    public async Task Lookup_ThatCannotBeRead_IsNamedAndTheNextIsAnswered(byte[] request)
    {
        using var reply = await fixture.Bus.RequestAsync("tracee.ds.e2e_inst.demo.get", request, TimeSpan.FromSeconds(5));
        Assert.Equal(FrameStatus.Ok, LookupCodec.TryReadReply(reply.Payload, out var answer));
        Assert.Equal(LookupStatus.KeyNotSupported, answer.Results[0].Status);
        Assert.Null(await fixture.Bus.TextAsync(Sources.Demo, "never written"));
    }

    private async Task<JsonNode> AuditAsync(Func<JsonNode, bool> wanted)
    {
        var jetStream = new JetStream(fixture.Bus);
        var stream = new StreamTable(new Subjects()).Audit.Name;
        JsonNode? found = null;
        await TestWait.Until(
            async () =>
            {
                var state = await jetStream.FindStreamAsync(stream);
                for (var i = state?.FirstSequence ?? 1; i <= (state?.LastSequence ?? 0) && found is null; i++)
                {
                    var record = JsonNode.Parse((await jetStream.GetMessageAsync(stream, i))!.Payload.Span)!;
                    found = wanted(record) ? record : null;
                }

                return found is not null;
            },
            "the write is in the audit",
            describe: () => fixture.Log);
        return found!;
    }

    private async Task<IReadOnlyList<SourceEntry>> ListOverTheBusAsync(SourceName source, string filter)
    {
        using var writer = new MessagePackWriter();
        ListCodec.WriteRequest(writer, new ListRequest { Filter = filter });
        using var reply = await fixture.Bus.RequestAsync(new Subjects().List(source.Namespace, source.Id), writer.WrittenSpan, TimeSpan.FromSeconds(5));
        Assert.Equal(FrameStatus.Ok, ListCodec.TryReadReply(reply.Payload, out var list));
        return list.Entries;
    }
}
