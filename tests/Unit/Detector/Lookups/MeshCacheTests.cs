using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Detector.Lookups;
using Xunit;

namespace TraceeMesh.Tests.Unit.Detector.Lookups;

/// <summary>What a source of the mesh answered is given again only where its log, as it is now, holds no change of it.</summary>
public sealed class MeshCacheTests
{
    private readonly ReplicaChanges _changes = new();
    private readonly MeshCache _cache;
    private StreamState? _log;
    private int _asked;

    public MeshCacheTests()
    {
        _log = Log(5);
        _cache = new MeshCache(new LogEnd(() => { _asked++; return Task.FromResult<StreamState?>(_log); }), _changes);
    }

    [Fact]
    public async Task Nothing_Kept_TheLogIsNotAskedFor()
    {
        Assert.False(await Keeps("a"));
        Assert.Equal(0, _asked);
    }

    [Fact]
    public async Task Answer_AsOfTheEndOfTheLog_IsKept()
    {
        await AddAsync("a");

        Assert.True(await Keeps("a"));
        Assert.False(await Keeps("b"));
    }

    [Fact]
    public async Task Answer_OtherKeysWrittenSince_IsProvenByOneReplicaThatToldAll()
    {
        await AddAsync("a");
        Tell(1, 1, 6, 7, "b");
        Tell(2, 1, 7, 8, "c");
        _log = Log(7);
        Assert.False(await Keeps("a"));

        Tell(1, 2, 7, 8, "c");

        Assert.True(await Keeps("a"));
        Tell(2, 3, 9, 10);
        Assert.True(await Keeps("a"));
    }

    [Fact]
    public async Task Answer_WrittenSince_IsToBeAsked()
    {
        await AddAsync("a");
        Tell(1, 1, 6, 7, "a");
        _log = Log(6);

        Assert.False(await Keeps("a"));
    }

    [Fact]
    public async Task Answer_WrittenSinceAndNotToldYet_IsToBeAsked()
    {
        await AddAsync("a");
        _log = Log(6);

        Assert.False(await Keeps("a"));
    }

    [Fact]
    public async Task Answer_OfALogThatWasMadeAnew_IsForgotten()
    {
        await AddAsync("a");
        Tell(1, 1, 6, 7);

        _log = Log(6, created: 2);

        Assert.False(await Keeps("a"));
        Assert.False(await Keeps("a"));
    }

    [Fact]
    public async Task Answer_WithoutALogOrAnAnswerOfTheBus_IsToBeAsked()
    {
        await AddAsync("a");
        _log = null;
        Assert.False(await Keeps("a"));

        var deaf = new MeshCache(new LogEnd(() => throw new BusException(BusErrorKind.Disconnected, "away")), _changes);
        deaf.Add("a", Answer());
        Assert.Null(Assert.Single(await deaf.FindAsync([new PositionedKey("a", 1, 1)], CancellationToken.None)));
    }

    [Fact]
    public void Replicas_BeyondThoseFollowed_TheLongestSilentIsForgotten()
    {
        for (var replica = 1UL; replica <= ReplicaChanges.MaxReplicas; replica++)
        {
            Tell(replica, 1, (long)replica, (long)replica + 1);
        }

        Tell(1, 2, 2, 10);
        Tell(99, 1, 50, 51);

        Assert.True(_changes.Proves(0, "a", 1, 9));
        Tell(2, 2, 3, 20);
        Assert.False(_changes.Proves(0, "a", 1, 15));
    }

    [Fact]
    public async Task LogEnd_AskedWhileItIsOnItsWay_IsAskedOnceMoreForAllOfThem()
    {
        var answers = new List<TaskCompletionSource<StreamState?>>();
        var end = new LogEnd(() =>
        {
            answers.Add(new TaskCompletionSource<StreamState?>());
            return answers[^1].Task;
        });

        var first = end.ReadAsync(CancellationToken.None).AsTask();
        var second = end.ReadAsync(CancellationToken.None).AsTask();
        var third = end.ReadAsync(CancellationToken.None).AsTask();
        Assert.Single(answers);
        answers[0].SetResult(Log(1));
        Assert.Equal(1, (await first)!.LastSequence);
        await TestKit.TestWait.Until(() => Task.FromResult(answers.Count == 2), "it is asked again");
        Assert.False(second.IsCompleted);
        answers[1].SetResult(Log(2));

        Assert.Equal((2, 2), ((await second)!.LastSequence, (await third)!.LastSequence));
        Assert.Equal(2, answers.Count);
    }

    private static StreamState Log(long last, int created = 1) => new("log", DateTimeOffset.UnixEpoch.AddDays(created), 1, last, last, 0);

    private static LookupResult Answer() => new(LookupStatus.Found, DataValue.MapOf(("value", 1)), 3, 5, Open: true);

    // The first look at a log forgets what was answered before it.
    private async Task AddAsync(string key)
    {
        _cache.Add(key, Answer());
        Assert.False(await Keeps(key));
        _cache.Add(key, Answer());
    }

    private async Task<bool> Keeps(string key) => (await _cache.FindAsync([new PositionedKey(key, 1, 1)], CancellationToken.None))[0] is not null;

    private void Tell(ulong incarnation, long number, long from, long to, params string[] keys) => _changes.Add(new ChangeNotice
    {
        Incarnation = incarnation,
        Number = number,
        LoadId = 0,
        From = from,
        To = to,
        Keys = [.. keys.Select(k => (LookupKey)k)],
    });
}
