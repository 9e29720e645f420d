using System.Text;
using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Containers;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher.Containers;

public sealed class ContainerStoreTests
{
    private const long Second = 1_000_000_000;

    private static readonly string Id = new('a', 64);
    private readonly ContainerStore _store = new();

    [Fact]
    public void Made_RootDirectory_OpensContainerWithTheEventsTime()
    {
        Make(5, $"/docker/{Id}", 10, 20 * Second);

        var container = Assert.Single(Lives(Id));
        Assert.Equal(new StorePosition(0, 10), container.From);
        Assert.Equal(20 * Second, container.Ctime);
        Assert.False(container.Started);
        Assert.Same(container, _store.Find(new CgroupKey(0, 5)));
    }

    [Fact]
    public void Made_HostDirectory_KeepsNothing()
    {
        Make(5, "/system.slice/ssh.service", 10, Second);

        Assert.Equal(0, _store.Count);
    }

    [Fact]
    public void NestedDirectory_MadeAndRemoved_LeavesTheContainerAsItWas()
    {
        Make(5, $"/docker/{Id}", 10, 20 * Second);
        Make(6, $"/docker/{Id}/init.scope", 11, 30 * Second);
        Remove(6, 12, 31 * Second);

        var container = Assert.Single(Lives(Id));
        Assert.Equal(20 * Second, container.Ctime);
        Assert.Equal(StorePosition.Open, container.To);
        Assert.Same(container, _store.Find(new CgroupKey(0, 6)));
    }

    [Fact]
    public void NestedDirectorySeenFirst_ThenItsRoot_TakesTheRootsTime()
    {
        Make(6, $"/docker/{Id}/init.scope", 11, 30 * Second);
        Make(5, $"/docker/{Id}", 12, 20 * Second);

        Assert.Equal(20 * Second, Assert.Single(Lives(Id)).Ctime);
    }

    [Fact]
    public void SameIdInTwoHierarchies_LastRootRemoved_EndsOneContainer()
    {
        Make(5, $"/docker/{Id}", 10, Second, hierarchy: 0);
        Make(5, $"/docker/{Id}", 11, Second, hierarchy: 4);
        Remove(5, 12, 2 * Second, hierarchy: 4);
        Assert.Equal(StorePosition.Open, Assert.Single(Lives(Id)).To);

        Remove(5, 13, 2 * Second, hierarchy: 0);
        Assert.Equal(new StorePosition(0, 13), Assert.Single(Lives(Id)).To);
    }

    [Fact]
    public void StartedAgainUnderTheSameId_HasTwoLives()
    {
        Make(5, $"/docker/{Id}", 10, Second);
        Remove(5, 20, 2 * Second);
        Make(9, $"/docker/{Id}", 30, 3 * Second);

        Assert.Equal(2, Lives(Id).Length);
        Assert.True(Lives(Id)[0].ExistsAt(new StorePosition(0, 19)));
        Assert.False(Lives(Id)[0].ExistsAt(new StorePosition(0, 20)));
        Assert.True(Lives(Id)[1].ExistsAt(new StorePosition(0, 30)));
    }

    [Fact]
    public void Existing_OfSnapshot_IsStartedAndHasTheDirectorysTime()
    {
        _store.Existing(new CgroupBody { CgroupId = 5, Ctime = 7 * Second }, Encoding.UTF8.GetBytes($"/docker/{Id}"), At(100, 50 * Second));
        _store.SnapshotEnded(At(101, 50 * Second));

        var container = Assert.Single(Lives(Id));
        Assert.True(container.Started);
        Assert.Equal(7 * Second, container.Ctime);
        Assert.True(container.ExistsAt(new StorePosition(0, 3)));
        Assert.True(_store.Complete);
    }

    [Fact]
    public void SnapshotEnded_ContainerOfAnEarlierLoadNotInIt_IsGone()
    {
        Make(5, $"/docker/{Id}", 10, Second);

        _store.SnapshotEnded(new Moment(new StorePosition(1, 7), 2 * Second));

        Assert.Equal(new StorePosition(1, 7), Assert.Single(Lives(Id)).To);
    }

    [Fact]
    public void SnapshotEnded_ContainerMadeDuringTheWalk_Stays()
    {
        Make(5, $"/docker/{Id}", 10, Second);

        _store.SnapshotEnded(At(11, 2 * Second));

        Assert.Equal(StorePosition.Open, Assert.Single(Lives(Id)).To);
    }

    [Fact]
    public void Removed_ElevenMinutesOfStreamTimeAgo_IsForgottenAndHistorySaysSo()
    {
        Make(5, $"/docker/{Id}", 10, Second);
        Remove(5, 20, 2 * Second);
        Make(6, "/system.slice/a.service", 30, 300 * Second);
        Assert.Single(Lives(Id).ToArray());

        Make(7, "/system.slice/b.service", 40, 700 * Second);

        Assert.Empty(Lives(Id).ToArray());
        Assert.Null(_store.Find(new CgroupKey(0, 5)));
        Assert.Equal(new StorePosition(0, 20), _store.HistoryFrom);
        Assert.Equal(2 * Second, _store.HistoryFromTime);
    }

    [Fact]
    public void Made_BeyondCapacity_EvictsRemovedOnesThenRefuses()
    {
        var store = new ContainerStore(capacity: 2);
        Make(1, $"/docker/{new string('1', 64)}", 1, Second, store: store);
        Make(2, $"/docker/{new string('2', 64)}", 2, Second, store: store);
        store.Removed(new CgroupBody { CgroupId = 1 }, At(3, Second));

        Make(3, $"/docker/{new string('3', 64)}", 4, Second, store: store);
        Make(4, $"/docker/{new string('4', 64)}", 5, Second, store: store);

        Assert.Equal(1, store.Evicted);
        Assert.Equal(1, store.Refused);
        Assert.Equal(2, store.Count);
        Assert.Equal(new StorePosition(0, 3), store.HistoryFrom);
    }

    private static Moment At(long offset, long time) => new(new StorePosition(0, offset), time);

    private Container[] Lives(string id) => _store.FindAll(Encoding.UTF8.GetBytes(id)).ToArray();

    private void Make(ulong id, string path, long offset, long time, uint hierarchy = 0, ContainerStore? store = null) =>
        (store ?? _store).Made(new CgroupBody { CgroupId = id, HierarchyId = hierarchy }, Encoding.UTF8.GetBytes(path), At(offset, time));

    private void Remove(ulong id, long offset, long time, uint hierarchy = 0) =>
        _store.Removed(new CgroupBody { CgroupId = id, HierarchyId = hierarchy }, At(offset, time));
}
