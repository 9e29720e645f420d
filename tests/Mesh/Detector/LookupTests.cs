using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Detector;
using TraceeMesh.Detector.Lookups;
using TraceeMesh.MessagePack;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.Signatures.BuiltIn.DefenseEvasion;
using TraceeMesh.TestKit.Signatures;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Detector;

public sealed class LookupTests : IAsyncLifetime
{
    private const string ContainerId = "270f747aa981";

    private readonly ServiceCounters _counters = new();
    private readonly List<LookupRequest> _asked = [];
    private EventBus _bus = null!;
    private DataSourceDirectory _directory = null!;

    public async Task InitializeAsync()
    {
        _bus = await EventBus.StartAsync();
        _directory = new DataSourceDirectory(_bus.Connection, _bus.Subjects, _counters, TimeProvider.System, NullLogger.Instance);
    }

    public async Task DisposeAsync()
    {
        _directory.Dispose();
        await _bus.DisposeAsync();
        _counters.Dispose();
    }

    [Fact]
    public async Task AntiDebugging_InAContainer_ItsContainerIsLookedUpAsOfTheEvent()
    {
        using var info = ServeInfo();
        using var containers = Serve(new LookupResult(LookupStatus.Found, DataValue.MapOf(("container_id", ContainerId), ("container_ctime", 1763683200100000000)), 1, 9, true));
        using var harness = new SignatureHarness(new AntiDebugging());
        var e = EventMaker.Make("ptrace", ("request", 0)).InContainer(ContainerId);
        Assert.Single(await harness.Feed(e));

        await _directory.RefreshAsync(CancellationToken.None);
        Assert.True(_directory.TryGet("tracee", "containers", out var source));
        var container = await source.Get(e, e.Context.ContainerId);

        Assert.True(container.Found);
        Assert.Equal((ContainerId, 1763683200100000000, ""), (container.GetString("container_id"), container.GetInteger("container_ctime"), container.GetString("container_image")));
        Assert.Equal((1, "{}", "string"), (source.Version, source.Schema, Assert.Single(source.Keys)));
        var asked = Assert.Single(_asked);
        Assert.Equal((EventBus.Node, e.Frame.LoadId, e.Context.Position, ContainerId), (asked.Node, asked.LoadId, asked.Position, asked.Keys[0].Text.ToString()));
    }

    [Theory]
    [InlineData(LookupStatus.NotFound)]
    [InlineData(LookupStatus.KeyNotSupported)]
    [InlineData(LookupStatus.Expired)]
    public async Task Source_ThatAnswersWithAnError_NamesIt(LookupStatus status)
    {
        using var info = ServeInfo();
        using var containers = Serve(LookupResult.Failed(status));

        Assert.Equal(status, (await AskAsync()).Status);
    }

    [Fact]
    public async Task Source_ThatIsGone_IsUnavailable()
    {
        using var info = ServeInfo();

        Assert.Equal(LookupStatus.Unavailable, (await AskAsync()).Status);
    }

    [Fact]
    public async Task Source_ThatNeverAnswers_TimesOut()
    {
        using var info = ServeInfo();
        using var silent = _bus.Connection.Subscribe(_bus.Subjects.Lookup("tracee", "containers", EventBus.Node), _ => { });

        Assert.Equal(LookupStatus.Timeout, (await AskAsync()).Status);
    }

    [Fact]
    public async Task Source_ThatAnswersGarbage_IsUnavailable()
    {
        using var info = ServeInfo();
        using var garbage = _bus.Connection.Subscribe(_bus.Subjects.Lookup("tracee", "containers", EventBus.Node), m => m.Respond([0xc1, 0xff]));

        Assert.Equal(LookupStatus.Unavailable, (await AskAsync()).Status);
    }

    [Fact]
    public async Task Source_ThatAnswersWhenItIsTooLate_TimesOutAndTheNextQuestionHasItsOwnAnswer()
    {
        using var info = ServeInfo();
        using var questions = _bus.Connection.Subscribe(_bus.Subjects.Lookup("tracee", "containers", EventBus.Node), new BusSubscriptionOptions { Capacity = 16 });
        Assert.Equal(LookupStatus.Timeout, (await AskAsync()).Status);

        using var late = (await questions.ReadAsync(CancellationToken.None))!;
        Answer(late, new LookupResult(LookupStatus.Found, DataValue.MapOf(("container_id", "late")), 1, 2, false));
        var next = AskAsync();
        using var question = (await questions.ReadAsync(CancellationToken.None))!;
        Answer(question, new LookupResult(LookupStatus.Found, DataValue.MapOf(("container_id", "in time")), 1, 2, false));

        Assert.Equal("in time", (await next).GetString("container_id"));
        Assert.Equal((1, 0), (_counters.Read()["lookups_tracee_containers_late"], _counters.Read()["lookups_tracee_containers_failed"]));
    }

    [Fact]
    public async Task Source_ThatAnswersWithOtherTypes_ReadsAsEmpty()
    {
        using var info = ServeInfo();
        using var containers = Serve(new LookupResult(LookupStatus.Found, DataValue.MapOf(("container_id", 5), ("container_ctime", "now")), 1, 9, true));

        var answer = await AskAsync();

        Assert.Equal((true, "", 0L), (answer.Found, answer.GetString("container_id"), answer.GetInteger("container_ctime")));
    }

    [Fact]
    public async Task Source_ThatAnswersMoreThanItWasAsked_IsUnavailable()
    {
        using var info = ServeInfo();
        var found = new LookupResult(LookupStatus.Found, DataValue.MapOf(("container_id", ContainerId)), 1, 9, true);
        using var containers = _bus.Connection.Subscribe(_bus.Subjects.Lookup("tracee", "containers", EventBus.Node), m => m.Respond(Reply(found, found)));

        Assert.Equal(LookupStatus.Unavailable, (await AskAsync()).Status);
    }

    [Fact]
    public async Task Questions_SixtyFourAtATime_WaitWithoutAThreadOfTheirOwn()
    {
        const int many = 64;
        using var info = ServeInfo();
        using var questions = _bus.Connection.Subscribe(_bus.Subjects.Lookup("tracee", "containers", EventBus.Node), new BusSubscriptionOptions { Capacity = many });
        await _directory.RefreshAsync(CancellationToken.None);
        Assert.True(_directory.TryGet("tracee", "containers", out var source));
        var e = EventMaker.Make("ptrace", ("request", 0));
        var threads = ThreadPool.ThreadCount;

        var asking = Enumerable.Range(0, many).Select(i => source.Get(e, $"container {i}").AsTask()).ToList();
        var asked = new List<BusMessage>();
        while (asked.Count < many)
        {
            asked.Add((await questions.ReadAsync(CancellationToken.None))!);
        }

        Assert.All(asking, a => Assert.False(a.IsCompleted));
        Assert.InRange(ThreadPool.ThreadCount - threads, int.MinValue, many / 4);
        foreach (var question in asked)
        {
            Answer(question, new LookupResult(LookupStatus.Found, DataValue.MapOf(("container_id", ContainerId)), 1, 9, true));
            question.Dispose();
        }

        Assert.All(await Task.WhenAll(asking), a => Assert.True(a.Found));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"name":"tracee-ds"}""")]
    [InlineData("""{"name":"tracee-ds","metadata":{"namespace":"tracee","id":"containers","version":"x","scope":"node"}}""")]
    [InlineData("""{"name":"tracee-ds","metadata":{"namespace":"tracee","id":"containers","version":"1","scope":"galaxy"}}""")]
    public async Task Service_WithoutUsableMetadata_IsNoSource(string json)
    {
        using var info = ServeInfo(json);

        await _directory.RefreshAsync(CancellationToken.None);

        Assert.False(_directory.TryGet("tracee", "containers", out _));
        Assert.Equal(0, _directory.Version);
    }

    private async Task<TraceeMesh.Signatures.Lookup> AskAsync()
    {
        await _directory.RefreshAsync(CancellationToken.None);
        Assert.True(_directory.TryGet("tracee", "containers", out var source));
        return await source.Get(EventMaker.Make("ptrace", ("request", 0)), ContainerId);
    }

    private BusRegistration ServeInfo(string? json = null) => _bus.Connection.Subscribe("$SRV.INFO.tracee-ds", message => message.Respond(Encoding.UTF8.GetBytes(
        json ?? """{"type":"io.nats.micro.v1.info_response","name":"tracee-ds","id":"x","version":"1.0.0","metadata":{"namespace":"tracee","id":"containers","version":"1","scope":"node","node":"node-a","writable":"false","keys":"string","values":"","schema":"{}"}}""")));

    private static void Answer(BusMessage question, LookupResult result) => question.Respond(Reply(result));

    private static byte[] Reply(params LookupResult[] results)
    {
        using var writer = new MessagePackWriter();
        LookupCodec.WriteReply(writer, new LookupReply(results));
        return writer.WrittenSpan.ToArray();
    }

    private BusRegistration Serve(LookupResult result) => _bus.Connection.Subscribe(_bus.Subjects.Lookup("tracee", "containers", EventBus.Node), message =>
    {
        Assert.Equal(FrameStatus.Ok, LookupCodec.TryReadRequest(message.Payload.ToArray(), out var request));
        _asked.Add(request);
        using var writer = new MessagePackWriter();
        LookupCodec.WriteReply(writer, new LookupReply([result]));
        message.Respond(writer.WrittenSpan);
    });
}
