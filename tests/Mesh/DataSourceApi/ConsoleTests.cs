using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Findings;
using TraceeMesh.DataSourceApi.Console;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Mesh.DataSourceApi;

/// <summary>The JSON API of the console (docs/console.md).</summary>
public sealed class ConsoleTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>, IAsyncLifetime
{
    private const string Live = "/api/v1/live?view=findings";

    private readonly StreamTable _streams = new(new Subjects());
    private readonly JetStream _jetStream = new(fixture.Bus);
    private readonly ConsoleClient _console = new(fixture.Http);

    // Sequence of the last finding that other tests left.
    private long _last;

    public async Task InitializeAsync() => _last = (await _jetStream.EnsureStreamAsync(_streams.Findings)).LastSequence;

    public Task DisposeAsync()
    {
        _console.Dispose();
        return Task.CompletedTask;
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/findings/1")]
    [InlineData("/js/app.js")]
    [InlineData("/api/v1/session")]
    [InlineData("/no/such/page")]
    public async Task EveryResponse_HasTheHeadersThatConfineIt(string path)
    {
        using var response = await _console.SendAsync(HttpMethod.Get, path);

        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
    }

    [Theory]
    [InlineData("Host", "rebound.example:3366")]
    [InlineData("Origin", "https://elsewhere.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task Request_OfAnotherSite_IsRefused(string header, string value)
    {
        using var read = await _console.SendAsync(HttpMethod.Get, "/api/v1/sources", null, (header, value));
        using var write = await _console.SendAsync(HttpMethod.Put, "/api/v1/entries", Pair("a", "1"), (header, value));
        using var script = await _console.SendAsync(HttpMethod.Get, "/js/app.js", null, (header, value));

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (read.StatusCode, write.StatusCode, script.StatusCode));
        Assert.Equal("""{"entries":[],"next":"","evicted":0}""", (await _console.GetAsync("/api/v1/entries?namespace=e2e_inst&id=demo")).ToJsonString());
    }

    [Fact]
    public async Task LinkFollowedFromAnotherSite_OpensThePage()
    {
        using var response = await _console.SendAsync(HttpMethod.Get, "/mesh", null, ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document"));
        using var framed = await _console.SendAsync(HttpMethod.Get, "/mesh", null, ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "iframe"));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Forbidden), (response.StatusCode, framed.StatusCode));
    }

    [Fact]
    public async Task Live_BeginsWithTheLast200_GoesOnWithWhatComes_AndResumesWhereThePageStopped()
    {
        await StoreAsync(250);
        var seen = await _console.FollowAsync(Live, s => ConsoleClient.Sequences(s).Count > 200, () => StoreAsync(1));
        Assert.Equal(Enumerable.Range(51, 201).Select(i => _last + i), ConsoleClient.Sequences(seen));
        Assert.Equal($"{_last + 251}", seen[^1].EventId);

        await StoreAsync(2);
        var resumed = await _console.FollowAsync(Live, s => ConsoleClient.Sequences(s).Count >= 2, null, ("Last-Event-ID", $"{_last + 251}"));
        Assert.Equal([_last + 252, _last + 253], ConsoleClient.Sequences(resumed));
    }

    [Fact]
    public async Task Live_OfAPageThatWasAwayTooLong_TellsTheGap()
    {
        await StoreAsync(ConsoleLimits.FindingsBehind + 300);

        var seen = await _console.FollowAsync(Live, s => ConsoleClient.Sequences(s).Count >= 200, null, ("Last-Event-ID", $"{_last + 10}"));

        var gap = JsonNode.Parse(Assert.Single(seen, s => s.EventType == "gap").Data)!;
        Assert.Equal((_last + 10, ConsoleLimits.FindingsBehind + 90, "away"), ((long)gap["after"]!, (long)gap["count"]!, (string)gap["reason"]!));
        Assert.Equal(_last + ConsoleLimits.FindingsBehind + 101, ConsoleClient.Sequences(seen)[0]);
    }

    [Fact]
    public async Task Live_OfAStreamMadeAnew_BeginsAnew()
    {
        await StoreAsync(3);

        var seen = await _console.FollowAsync(Live, s => ConsoleClient.Sequences(s).Contains(_last + 3), null, ("Last-Event-ID", $"{_last + 5000}"));

        Assert.True((bool)JsonNode.Parse(seen.First(s => s.EventType == "begin").Data)!["fresh"]!);
        Assert.Equal([_last + 1, _last + 2, _last + 3], ConsoleClient.Sequences(seen).TakeLast(3));
    }

    [Fact]
    public async Task Live_BeyondItsBound_IsRefused_UntilOneCloses()
    {
        var open = new List<Task>();
        using var close = new CancellationTokenSource();
        for (var i = 0; i < ConsoleLimits.Streams; i++)
        {
            // Those of other tests close when the service sees that nobody reads them any more.
            await TestWait.Until(
                async () =>
                {
                    var began = new TaskCompletionSource();
                    var following = _console.FollowAsync("/api/v1/live?view=findings", _ => close.IsCancellationRequested, () =>
                    {
                        began.SetResult();
                        return Task.CompletedTask;
                    });
                    open.Add(following);
                    return await Task.WhenAny(began.Task, following) == began.Task || !open.Remove(following);
                },
                "a stream is free");
        }

        using var refused = await _console.SendAsync(HttpMethod.Get, "/api/v1/live");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);

        // The next message lets each of them see that it is to close.
        await close.CancelAsync();
        await StoreAsync(1);
        await Task.WhenAll(open);
        await TestWait.Until(async () => (await _console.FollowAsync("/api/v1/live", _ => true).ContinueWith(t => t.IsCompletedSuccessfully)), "a stream is free again");
    }

    [Fact]
    public async Task Message_ThatIsNoFinding_CostsItself()
    {
        await _jetStream.PublishAsync(Subject, "{\"eventName\":"u8);
        await _jetStream.PublishAsync(Subject, "{\"eventName\":\"\\ud800\"}"u8);
        await StoreAsync(1);

        Assert.Equal([_last + 3], ConsoleClient.Sequences(await _console.FollowAsync(Live, s => ConsoleClient.Sequences(s).Count > 0, null, ("Last-Event-ID", $"{_last}"))));
        using var shown = await _console.SendAsync(HttpMethod.Get, $"/api/v1/findings/{_last + 1}");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, shown.StatusCode);
    }

    [Fact]
    public async Task Findings_BeforeOne_AreThoseBeforeIt()
    {
        await StoreAsync(20);

        var page = await _console.GetAsync($"/api/v1/findings?before={_last + 11}&limit=5");

        Assert.Equal([_last + 6, _last + 7, _last + 8, _last + 9, _last + 10], page["findings"]!.AsArray().Select(f => (long)f!["seq"]!));
        Assert.Equal((1, _last + 6), ((long)page["first"]!, (long)page["from"]!));
    }

    [Fact]
    public async Task Entry_WrittenAndDeleted_KeepsItsType_AndIsInTheAudit()
    {
        using var put = await _console.SendAsync(HttpMethod.Put, "/api/v1/entries", """{"namespace":"my_namespace","id":"threshold_datasource","key":"threshold","value":9007199254740993}""");
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        using var asked = await _console.SendAsync(HttpMethod.Post, "/api/v1/lookup", """{"namespace":"my_namespace","id":"threshold_datasource","key":"threshold"}""");
        Assert.Equal("""{"status":"found","values":{"threshold":9007199254740993}}""", await asked.Content.ReadAsStringAsync());

        using var delete = await _console.SendAsync(HttpMethod.Delete, "/api/v1/entries", """{"namespace":"my_namespace","id":"threshold_datasource","key":"threshold"}""");
        Assert.Equal(HttpStatusCode.OK, delete.StatusCode);
        Assert.Empty((await _console.GetAsync("/api/v1/entries?namespace=my_namespace&id=threshold_datasource"))["entries"]!.AsArray());

        await TestWait.Until(
            async () => await _jetStream.GetLastMessageAsync(_streams.Audit.Name, new Subjects().Audit) is { } record
                && JsonNode.Parse(record.Payload.Span) is { } json && (string?)json["method"] == "DELETE /api/v1/entries" && (string?)json["principal"] == "anonymous" && (string?)json["status"] == "OK",
            "the last write is in the audit");
    }

    [Theory]
    [InlineData("PUT", """{"namespace":"my_namespace","id":"threshold_datasource","key":"another","value":1}""", 400)]
    [InlineData("PUT", """{"namespace":"my_namespace","id":"threshold_datasource","key":"threshold","value":"text"}""", 400)]
    [InlineData("PUT", """{"namespace":"my_namespace","id":"threshold_datasource","key":"threshold"}""", 400)]
    [InlineData("PUT", """{"namespace":"no","id":"such","key":"a","value":1}""", 404)]
    [InlineData("PUT", """["no", "object"]""", 400)]
    [InlineData("PUT", """{"namespace":""", 400)]
    [InlineData("PUT", """{"a":[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]}""", 400)]
    [InlineData("DELETE", """{"namespace":"e2e_inst","id":"demo","key":17}""", 400)]
    public async Task Write_ThatCannotBe_IsRefusedWithTheReason(string method, string body, int status)
    {
        using var response = await _console.SendAsync(new HttpMethod(method), "/api/v1/entries", body);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.NotEmpty((string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!["message"]!);
    }

    [Fact]
    public async Task Body_TooLargeOrNotJson_IsRefused()
    {
        using var large = await _console.SendAsync(HttpMethod.Put, "/api/v1/entries", Pair("a", new string('x', ConsoleLimits.BodyBytes)));
        using var form = new HttpRequestMessage(HttpMethod.Put, $"http://127.0.0.1:{fixture.Http}/api/v1/entries") { Content = new StringContent(Pair("a", "1"), Encoding.UTF8, "text/plain") };
        using var client = new HttpClient();
        using var plain = await client.SendAsync(form);

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.UnsupportedMediaType), (large.StatusCode, plain.StatusCode));
    }

    private static string Subject => new Subjects().Finding(Severity.Low.Name(), "tested", "node-a");

    private static string Pair(string key, string value) => new JsonObject { ["namespace"] = "e2e_inst", ["id"] = "demo", ["key"] = key, ["value"] = value }.ToJsonString();

    private async Task StoreAsync(int count)
    {
        var payload = Encoding.UTF8.GetBytes("""{"eventName":"tested","timestamp":1795300000000000000,"processName":"sh","hostProcessId":7,"args":[],"metadata":{"Properties":{"Severity":1}},"mesh":{"node":"node-a","completeness":{"state":"complete"}}}""");
        foreach (var chunk in Enumerable.Range(0, count).Chunk(256))
        {
            await Task.WhenAll(chunk.Select(_ => _jetStream.PublishAsync(Subject, payload).AsTask()));
        }
    }
}
