using TraceeMesh.Contracts.Events;
using TraceeMesh.Enricher.Containers.Runtimes;
using TraceeMesh.Enricher.Enrichment;
using TraceeMesh.Enricher.Parking;
using TraceeMesh.TestKit.Records;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher.Enrichment;

/// <summary>What containers do while they are asked about: they go, come again under their id, or were there long since.</summary>
public sealed class ContainerChangesTests : IAsyncDisposable
{
    private static readonly string A = new('a', 64);

    private readonly EnrichmentScene _scene = new();

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Fact]
    public async Task RemovedBeforeItsQuestion_IsGoneAndItsEventsSaySo()
    {
        var records = EnrichmentScene.Make(A, 77).Open("/a");
        records.Head.CgroupId = 1;
        _scene.Harness.Give(0, records.Cgroup(EventIds.CgroupRmdir, 77, $"/docker/{A}"));

        await _scene.AnswerAsync(A, RuntimeStatus.NotFound, "");

        Assert.Equal(0, _scene.Harness.Parking.Containers);
        Assert.Equal(["container_create", "container_remove"], _scene.Harness.Cutter.Lifecycle.Select(m => m.EventName));
        _scene.Each(e => Assert.Equal(e.Context.ContainerId.IsEmpty ? "" : "gone", e.Context.Enrichment.ToString()));
        Assert.Equal(1, _scene.Counters.Read()["enrichment_gone"]);
    }

    [Fact]
    public async Task IdUsedAgain_AnswerAboutTheFirstLife_IsNotTheSeconds()
    {
        var records = EnrichmentScene.Make(A, 77);
        records.Head.CgroupId = 1;
        _scene.Harness.Give(0, records.Cgroup(EventIds.CgroupRmdir, 77, $"/docker/{A}"));
        await _scene.AnswerAsync(A, RuntimeStatus.Found, "first");
        _scene.Runtime.Forget();
        _scene.Harness.Give(2, EnrichmentScene.Make(A, 78).Open("/b"));

        await _scene.AnswerAsync(A, RuntimeStatus.Found, "second");

        var lives = _scene.Harness.Stores.Containers.FindAll(System.Text.Encoding.UTF8.GetBytes(A)).ToArray();
        Assert.Equal(["first", "second"], lives.Select(l => l.Facts.Image.ToString()));
        var images = new List<string>();
        _scene.Each(e => images.AddRange(e.Definition.Id == EventIds.SecurityFileOpen ? [e.Context.ContainerImage.ToString()] : []));
        Assert.Equal(["second"], images);
    }

    [Fact]
    public void ThereBeforeTheEnricher_WaitsLongerThanANewOne()
    {
        _scene.Harness.Give(0, new RecordBuilder().Cgroup(EventIds.SnapshotCgroup, 77, $"/docker/{A}", ctime: 5).SnapshotEnd());
        _scene.Harness.Give(2, EnrichmentScene.Make(new string('b', 64), 78).Open("/b"));

        _scene.Harness.Time.Advance(EnrichmentScene.MaxWait);
        _scene.Harness.Release();
        Assert.Equal("container_create", Assert.Single(_scene.Harness.Cutter.Lifecycle).EventName);
        Assert.Equal(ParkingLot.ExistingMaxWait - EnrichmentScene.MaxWait, _scene.Harness.Parking.NextDue);

        _scene.Harness.Time.Advance(ParkingLot.ExistingMaxWait - EnrichmentScene.MaxWait);
        _scene.Harness.Release();
        Assert.Equal(["container_create", "existing_container"], _scene.Harness.Cutter.Lifecycle.Select(m => m.EventName));
        Assert.Equal(2, _scene.Harness.Parking.TimedOut);
    }

    [Fact]
    public async Task ThereBeforeTheEnricher_AnsweredLateButInItsTime_IsToldWhole()
    {
        _scene.Harness.Give(0, new RecordBuilder().Cgroup(EventIds.SnapshotCgroup, 77, $"/docker/{A}", ctime: 5).SnapshotEnd());
        _scene.Harness.Time.Advance(ParkingLot.ExistingMaxWait - TimeSpan.FromMilliseconds(1));
        _scene.Harness.Release();
        Assert.Empty(_scene.Harness.Cutter.Lifecycle);

        await _scene.AnswerAsync(A, RuntimeStatus.Found, "shop/cart:1");

        var told = Assert.Single(_scene.Harness.Cutter.Lifecycle);
        Assert.Equal("existing_container", told.EventName);
        Assert.Equal(EnrichmentState.Complete, _scene.Harness.Stores.Containers.FindAll(System.Text.Encoding.UTF8.GetBytes(A))[0].State);
        Assert.DoesNotContain("pending", System.Text.Encoding.UTF8.GetString(told.Buffer, 0, told.Length), StringComparison.Ordinal);
    }
}
