using System.Text;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Lookups;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher.Lookups;

public sealed class ContainersSourceTests
{
    private const uint Load = 7;
    private const long Second = 1_000_000_000;

    private static readonly string Id = new('a', 64);
    private readonly NodeStores _stores = new();
    private readonly NodeLookups _source;

    public ContainersSourceTests()
    {
        _source = new NodeLookups("node-a", _stores, new ContainersSource(_stores));
        _stores.BeginLoad(Load);
        _stores.Containers.Begin(At(5, 10 * Second));
        _stores.Containers.SnapshotEnded(At(6, 10 * Second));
        _stores.Containers.Made(new CgroupBody { CgroupId = 1 }, Encoding.UTF8.GetBytes($"/docker/{Id}"), At(10, 20 * Second));
        _stores.Containers.Removed(new CgroupBody { CgroupId = 1 }, At(20, 30 * Second));
        _stores.Advance(new StorePosition(0, 50));
    }

    [Theory]
    [InlineData(4, LookupStatus.Expired)]
    [InlineData(9, LookupStatus.NotFound)]
    [InlineData(10, LookupStatus.Found)]
    [InlineData(19, LookupStatus.Found)]
    [InlineData(20, LookupStatus.NotFound)]
    [InlineData(49, LookupStatus.NotFound)]
    public void TryAnswer_AsOfPosition_IsAsItWasThen(long position, LookupStatus expected)
    {
        Assert.True(_source.TryAnswer(Ask(Id, position), out var reply, out _));

        Assert.Equal(expected, Assert.Single(reply.Results).Status);
    }

    [Theory]
    [InlineData(5, LookupStatus.Expired)]
    [InlineData(15, LookupStatus.NotFound)]
    [InlineData(20, LookupStatus.Found)]
    [InlineData(30, LookupStatus.NotFound)]
    [InlineData(0, LookupStatus.Found)]
    public void TryAnswer_AsOfTime_IsAsItWasThen(long seconds, LookupStatus expected)
    {
        var request = new LookupRequest { Keys = [DataValue.Of(Id)], Time = seconds * Second };

        Assert.True(_source.TryAnswer(request, out var reply, out _));

        Assert.Equal(expected, Assert.Single(reply.Results).Status);
    }

    [Fact]
    public void TryAnswer_Found_HasTheEightValuesAndTheirTypes()
    {
        _source.TryAnswer(Ask(Id, 15), out var reply, out _);

        var expected = DataValue.MapOf(
            ("container_id", DataValue.Of(Id)), ("container_ctime", DataValue.Of(20 * Second)), ("container_name", DataValue.Of("")), ("container_image", DataValue.Of("")),
            ("k8s_pod_id", DataValue.Of("")), ("k8s_pod_name", DataValue.Of("")), ("k8s_pod_namespace", DataValue.Of("")), ("k8s_pod_sandbox", DataValue.Of(false)));
        Assert.Equal(new LookupResult(LookupStatus.Found, expected, 10, 20, false, "pending"), Assert.Single(reply.Results));
        Assert.Equal(5, reply.HistoryFrom);
    }

    [Fact]
    public void TryAnswer_StillThere_IsOpenAsOfTheLastPositionApplied()
    {
        _stores.Containers.Made(new CgroupBody { CgroupId = 2 }, Encoding.UTF8.GetBytes($"/docker/{Id}"), At(40, 40 * Second));

        _source.TryAnswer(Ask(Id, 45), out var reply, out _);

        var result = Assert.Single(reply.Results);
        Assert.Equal((40L, 49L, true), (result.From, result.To, result.Open));
    }

    [Theory]
    [InlineData(50, Load)]
    [InlineData(15, Load + 1)]
    public void TryAnswer_PositionNotAppliedYet_AsksToWaitAndIsUnavailable(long position, uint load)
    {
        Assert.False(_source.TryAnswer(Ask(Id, position) with { LoadId = load }, out var reply, out _));

        Assert.Equal(LookupStatus.Unavailable, Assert.Single(reply.Results).Status);
    }

    [Fact]
    public void TryAnswer_UnknownContainerBeforeTheSnapshot_IsUnavailableNotMissing()
    {
        var stores = new NodeStores();
        stores.BeginLoad(Load);
        stores.Advance(new StorePosition(0, 50));

        Assert.False(new NodeLookups("node-a", stores, new ContainersSource(stores)).TryAnswer(Ask(Id, 15), out var reply, out _));

        Assert.Equal(LookupStatus.Unavailable, Assert.Single(reply.Results).Status);
    }

    [Fact]
    public void TryAnswer_KeysOfOtherShapes_AreNotSupported()
    {
        Assert.True(_source.TryAnswer(new LookupRequest { Keys = [DataValue.Of(1L), DataValue.Of(Id), DataValue.MapOf()], LoadId = Load, Position = 15 }, out var reply, out _));

        Assert.Equal([LookupStatus.KeyNotSupported, LookupStatus.Found, LookupStatus.KeyNotSupported], reply.Results.Select(r => r.Status));
    }

    [Fact]
    public void TryAnswer_KeysOfSeveralEvents_EachAsOfItsOwn()
    {
        var request = Ask(Id, 9) with { Keys = [DataValue.Of(Id), DataValue.Of(Id), DataValue.Of(Id)], At = [new(9, 0), new(15, 0), new(25, 0)] };

        Assert.True(_source.TryAnswer(request, out var reply, out _));
        Assert.False(_source.TryAnswer(request with { At = [new(9, 0), new(15, 0), new(50, 0)] }, out var early, out _));

        Assert.Equal([LookupStatus.NotFound, LookupStatus.Found, LookupStatus.NotFound], reply.Results.Select(r => r.Status));
        Assert.Equal([LookupStatus.NotFound, LookupStatus.Found, LookupStatus.Unavailable], early.Results.Select(r => r.Status));
    }

    [Fact]
    public void TryAnswer_OfAnotherNode_IsUnavailableAtOnce()
    {
        Assert.True(_source.TryAnswer(Ask(Id, 15) with { Node = "node-b" }, out var reply, out _));

        Assert.Equal(LookupStatus.Unavailable, Assert.Single(reply.Results).Status);
    }

    [Fact]
    public void TryAnswer_EventOfTheLoadBefore_SeesContainersAsTheyWere()
    {
        _stores.BeginLoad(Load + 1);
        _stores.Advance(new StorePosition(1, 3));

        Assert.True(_source.TryAnswer(Ask(Id, 15), out var reply, out _));

        Assert.Equal(LookupStatus.Found, Assert.Single(reply.Results).Status);
    }

    [Fact]
    public void List_PageByPage_TellsEachLifeOnce()
    {
        foreach (var c in "bcdef")
        {
            _stores.Containers.Made(new CgroupBody { CgroupId = c }, Encoding.UTF8.GetBytes($"/docker/{new string(c, 64)}"), At(40, 40 * Second));
        }

        var keys = new List<string>();
        var request = new ListRequest { Limit = 2 };
        ListReply page;
        do
        {
            page = _source.List(request);
            Assert.InRange(page.Entries.Count, 1, 2);
            keys.AddRange(page.Entries.Select(e => e.Key.Text[..1]));
            request = request with { After = page.Next };
        }
        while (page.Next.Length > 0);

        Assert.Equal(["a", "b", "c", "d", "e", "f"], keys);
    }

    [Theory]
    [InlineData(25, "aaa", 1)]
    [InlineData(35, "", 0)]
    [InlineData(25, "bbb", 0)]
    public void List_AsOfATimeWithAFilter_TellsWhatWasThere(long seconds, string filter, int expected) =>
        Assert.Equal(expected, _source.List(new ListRequest { Time = seconds * Second, Filter = filter }).Entries.Count);

    [Fact]
    public void List_FilterThatMatchesNothing_EndsAfterABoundedScan()
    {
        for (var i = 0; i < 5000; i++)
        {
            _stores.Containers.Made(new CgroupBody { CgroupId = (ulong)(1000 + i) }, Encoding.UTF8.GetBytes($"/docker/{i:d64}"), At(40, 40 * Second));
        }

        var first = _source.List(new ListRequest { Filter = "nothing has this" });
        var second = _source.List(new ListRequest { Filter = "nothing has this", After = first.Next });

        Assert.Empty(first.Entries);
        Assert.NotEqual("", first.Next);
        Assert.Equal("", second.Next);
    }

    private static Moment At(long offset, long time) => new(new StorePosition(0, offset), time);

    private static LookupRequest Ask(string key, long position) => new() { Keys = [DataValue.Of(key)], Node = "node-a", LoadId = Load, Position = position };
}
