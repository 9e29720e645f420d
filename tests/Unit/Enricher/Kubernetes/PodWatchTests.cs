using Microsoft.Extensions.Logging;
using TraceeMesh.Enricher.Containers.Kubernetes;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Kubernetes;
using Xunit;
using static TraceeMesh.TestKit.Kubernetes.PodText;

namespace TraceeMesh.Tests.Unit.Enricher.Kubernetes;

/// <summary>The documented protocol of list and watch, replayed: an API server cannot be had on the machines of the project.</summary>
public sealed class PodWatchTests : IAsyncLifetime
{
    private const string Gone = """{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old resource version"}}""";

    private readonly CancellationTokenSource _stop = new();
    private readonly SteppingTime _time = new();
    private readonly WarningLog _log = new();
    private ScriptedApiServer _server = null!;
    private PodWatch _watch = null!;
    private Task _running = Task.CompletedTask;

    public async Task InitializeAsync() => _server = await ScriptedApiServer.StartAsync();

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _watch?.Dispose();
        await _server.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task List_SeveralPages_AreOneTable()
    {
        _server.ThenAnswer(200, List("7", "page-2", Pod("u1", "cart-0"), Pod("u2", "cart-1"))).ThenAnswer(200, List("7", "", Pod("u3", "cart-2"))).ThenWatch(WatchEnd.StaysOpen);
        Run(Access(_server));

        await TestWait.Until(() => _server.Requests.Count == 3, "it watches");

        Assert.Equal(3, _watch.Pods.Count);
        Assert.True(_watch.Pods.TryGet("u1", out var pod));
        Assert.Equal(("cart-0", "shop", "ReplicaSet", "cart-5d9", "cart"), (pod.Name, pod.Namespace, pod.OwnerKind, pod.OwnerName, pod.Labels["app"]));
        Assert.Contains("fieldSelector=spec.nodeName%3Dnode-1", _server.Requests[0], StringComparison.Ordinal);
        Assert.Contains("continue=page-2", _server.Requests[1], StringComparison.Ordinal);
        Assert.Contains("watch=1", _server.Requests[2], StringComparison.Ordinal);
        Assert.Contains("resourceVersion=7", _server.Requests[2], StringComparison.Ordinal);
        Assert.Contains("allowWatchBookmarks=true", _server.Requests[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_AddedModifiedDeleted_ChangesTheTable()
    {
        _server.ThenAnswer(200, List("7", "", Pod("u1", "old"))).ThenWatch(
            WatchEnd.StaysOpen, Change("ADDED", Pod("u2", "new", 8)), Change("MODIFIED", Pod("u2", "newer", 9)), Change("DELETED", Pod("u1", "old", 10)));
        Run(Access(_server));

        await TestWait.Until(() => _watch.Pods is { Count: 1 } pods && pods.TryGet("u2", out var pod) && pod.Name == "newer", "one pod is changed, one gone");
    }

    [Fact]
    public async Task Watch_EndedByTheServer_IsResumedAtItsBookmark()
    {
        _server.ThenAnswer(200, List("7", ""))
            .ThenWatch(WatchEnd.Ends, Change("ADDED", Pod("u1", "a", 8)), Bookmark(21))
            .ThenWatch(WatchEnd.StaysOpen, Change("ADDED", Pod("u2", "b", 22)));
        Run(Access(_server));

        await TestWait.Until(() => _watch.Pods.Count == 2, "both pods are there");

        Assert.Contains("resourceVersion=21", _server.Requests[2], StringComparison.Ordinal);
        Assert.Equal((1, 0), (_watch.Lists, _watch.Failures));
    }

    [Fact]
    public async Task Watch_Cut_IsResumedAtTheLastPod()
    {
        _server.ThenAnswer(200, List("7", ""))
            .Then(async context =>
            {
                await ScriptedApiServer.SendAsync(context, Change("ADDED", Pod("u1", "a", 21)));
                await TestWait.Until(() => _watch.Pods.Count == 1, "the pod is read before the connection is cut");
                context.Abort();
            })
            .ThenWatch(WatchEnd.StaysOpen, Change("ADDED", Pod("u2", "b", 22)));
        Run(Access(_server));

        await TestWait.Until(() => _watch.Pods.Count == 2, "both pods are there");

        Assert.Contains("resourceVersion=21", _server.Requests[2], StringComparison.Ordinal);
        Assert.Equal((1, 1), (_watch.Lists, _watch.Failures));
    }

    [Fact]
    public async Task Watch_CutWithinALine_LosesNoPod()
    {
        _server.ThenAnswer(200, List("7", ""))
            .Then(async context =>
            {
                await context.Response.Body.WriteAsync(System.Text.Encoding.UTF8.GetBytes($"{Change("ADDED", Pod("u1", "a", 8))}\n{{\"type\":\"ADD"));
                await context.Response.Body.FlushAsync();
            })
            .ThenWatch(WatchEnd.StaysOpen, Change("ADDED", Pod("u2", "b", 9)));
        Run(Access(_server));

        await TestWait.Until(() => _watch.Pods.Count == 2, "both pods are there");

        Assert.Contains("resourceVersion=8", _server.Requests[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Watch_410_ListsAgainAndForgetsWhatIsGone(bool inStream)
    {
        _server.ThenAnswer(200, List("7", "", Pod("u1", "gone meanwhile")));
        if (inStream)
        {
            _server.ThenWatch(WatchEnd.StaysOpen, Gone);
        }
        else
        {
            _server.ThenAnswer(410, """{"kind":"Status","code":410}""");
        }

        _server.ThenAnswer(200, List("90", "", Pod("u2", "new"))).ThenWatch(WatchEnd.StaysOpen);
        Run(Access(_server));

        await TestWait.Until(() => _server.Requests.Count == 4, "it watches again");

        Assert.False(_watch.Pods.TryGet("u1", out _));
        Assert.True(_watch.Pods.TryGet("u2", out _));
        Assert.Contains("resourceVersion=90", _server.Requests[3], StringComparison.Ordinal);
        Assert.Equal(2, _watch.Lists);
    }

    [Fact]
    public async Task Watch_LinesThatCannotBeRead_CostOnlyThemselves()
    {
        _server.ThenAnswer(200, List("7", "", "7", """{"metadata":{"uid":5}}""", Pod("u1", "a"))).ThenWatch(
            WatchEnd.StaysOpen, "nonsense", """{"type":"ADDED","object":[]}""", Change("ADDED", """{"metadata":{"labels":{"a":[]}}}"""), Change("ADDED", """{"metadata":{}}"""), Change("ADDED", Pod("u2", "b", 8)));
        Run(Access(_server));

        await TestWait.Until(() => _watch.Pods.Count == 2, "the pods that can be read are there");

        Assert.Equal(6, _watch.BadObjects);
        Assert.Equal(0, _watch.Failures);
    }

    [Fact]
    public async Task Watch_LineWithoutEnd_IsGivenUp()
    {
        _server.ThenAnswer(200, List("7", ""))
            .Then(async context =>
            {
                for (var part = new byte[1 << 20]; !context.RequestAborted.IsCancellationRequested;)
                {
                    await context.Response.Body.WriteAsync(part, context.RequestAborted);
                }
            })
            .ThenWatch(WatchEnd.StaysOpen, Change("ADDED", Pod("u1", "a", 8)));
        Run(Access(_server));

        await TestWait.Until(() => _watch.Pods.Count == 1, "the next watch is read");

        Assert.Equal(1, _watch.Failures);
    }

    [Fact]
    public async Task Server_AbsentForLong_IsOneWarning()
    {
        for (var i = 0; i < 5; i++)
        {
            _server.ThenAnswer(503, "not yet");
        }

        _server.ThenAnswer(200, List("7", "", Pod("u1", "a"))).ThenWatch(WatchEnd.StaysOpen);
        Run(Access(_server));

        await TestWait.Until(() => _watch.Pods.Count == 1, "the pod is there at last");

        Assert.Equal(5, _watch.Failures);
        Assert.Equal(1, _log.Warnings);
    }

    [Fact]
    public async Task Server_NotListening_IsOneWarning()
    {
        var access = Access(_server) with { Server = new Uri("https://127.0.0.1:1") };
        Run(access);

        await TestWait.Until(() => _watch.Failures > 3, "it is tried again");

        Assert.Equal(1, _log.Warnings);
    }

    [Fact]
    public async Task Server_OfAnotherAuthority_IsNotTrusted()
    {
        await using var other = await ScriptedApiServer.StartAsync();
        using var foreign = Access(other);
        Run(Access(_server) with { Authorities = foreign.Authorities });

        await TestWait.Until(() => _watch.Failures > 0, "it fails");

        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task Kubeconfig_OfTheServer_LeadsThere()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory["config"], _server.Kubeconfig());
        _server.ThenAnswer(200, List("7", "", Pod("u1", "a"))).ThenWatch(WatchEnd.StaysOpen);

        Run(Kubeconfig.Read(directory["config"]));

        await TestWait.Until(() => _watch.Pods.Count == 1, "the pod is there");
    }

    [Fact]
    public async Task InCluster_TokenReplaced_UsesTheNewOne()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory["token"], "stale\n");
        _server.ThenAnswer(200, List("7", "", Pod("u1", "a"))).ThenWatch(WatchEnd.StaysOpen);
        using var found = InClusterAccess.Find(n => n == "KUBERNETES_SERVICE_HOST" ? "127.0.0.1" : $"{_server.Address.Port}", directory.Path)!;
        using var own = Access(_server);
        Run(found with { Authorities = own.Authorities, Certificate = own.Certificate });
        await TestWait.Until(() => _watch.Failures > 0, "the stale token is refused");

        await File.WriteAllTextAsync(directory["token"], $"{ScriptedApiServer.Token}\n");

        await TestWait.Until(() => _watch.Pods.Count == 1, "the pod is there");
    }

    private static KubernetesAccess Access(ScriptedApiServer server)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["config"], server.Kubeconfig());
        return Kubeconfig.Read(directory["config"]);
    }

    private void Run(KubernetesAccess access)
    {
        _watch = new PodWatch(access, "node-1", _time, _log);
        _running = _watch.RunAsync(_stop.Token);
    }

    private static string Change(string type, string pod) => $$"""{"type":"{{type}}","object":{{pod}}}""";

    private static string Bookmark(int version) => Change("BOOKMARK", $$$"""{"kind":"Pod","metadata":{"resourceVersion":"{{{version}}}","creationTimestamp":null},"spec":{"containers":null}}""");

    /// <summary>Waits between attempts are over at once; how long they would be is the back-off's own test.</summary>
    private sealed class SteppingTime : TimeProvider
    {
        private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, dueTime > TimeSpan.Zero && dueTime < LongestWait ? TimeSpan.FromMilliseconds(1) : dueTime, period);
    }

    private sealed class WarningLog : ILogger
    {
        private int _warnings;

        public int Warnings => Volatile.Read(ref _warnings);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Warning)
            {
                Interlocked.Increment(ref _warnings);
            }
        }
    }
}
