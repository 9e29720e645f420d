using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Accounting;
using TraceeMesh.Enricher.Containers;
using TraceeMesh.Enricher.Containers.Runtimes;
using TraceeMesh.Enricher.Decoding;
using TraceeMesh.Enricher.Enrichment;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Records;
using TraceeMesh.Tests.Unit.Enricher.Cutting;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher.Enrichment;

public sealed class ParkingTests : IAsyncDisposable
{
    private static readonly string A = new('a', 64);
    private static readonly string B = new('b', 64);

    private readonly EnrichmentScene _scene = new();

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Fact]
    public async Task Events_OfAContainerNotAnswered_WaitInOrderAndCarryTheAnswer()
    {
        _scene.Harness.Give(0, EnrichmentScene.Make(A, 77).Open("/a").Open("/b"));
        Assert.Equal([(EventIds.CgroupMkdir, 0L)], _scene.Harness.Events);
        Assert.Equal(2, _scene.Harness.Cutter.Books.ToAccount(0).Parked);

        await _scene.AnswerAsync(A, RuntimeStatus.Found, "shop/cart:1");

        Assert.Equal([(EventIds.CgroupMkdir, 0L), (EventIds.ContainerCreate, 0L), (EventIds.SecurityFileOpen, 1L), (EventIds.SecurityFileOpen, 2L)], _scene.Harness.Events);
        _scene.Each(e =>
        {
            if (e.Definition.Id == EventIds.SecurityFileOpen)
            {
                Assert.Equal((A, "cart-0", "shop/cart:1", "sha256:1"), (e.Context.ContainerId.ToString(), e.Context.ContainerName.ToString(), e.Context.ContainerImage.ToString(), e.Context.ContainerImageDigest.ToString()));
                Assert.Equal(("cart", "shop", "u-1", ""), (e.Context.PodName.ToString(), e.Context.PodNamespace.ToString(), e.Context.PodUid.ToString(), e.Context.Enrichment.ToString()));
                Assert.True((e.Context.Flags & ContextFlags.PodSandbox) != 0);
                Assert.Equal("host-a", e.Context.HostName.ToString());
                Assert.StartsWith("/", e.GetText(0).ToString());
            }
        });
        Assert.Equal(0, _scene.Harness.Cutter.Books.ToAccount(0).Parked);
        Assert.Equal(1, _scene.Harness.Cutter.Books.ToAccount(0).Derived);
    }

    [Fact]
    public async Task Events_OfAnotherContainer_DoNotWaitForOneThatHangs()
    {
        _scene.Harness.Give(0, EnrichmentScene.Make(A, 77).Cgroup(EventIds.CgroupMkdir, 78, $"/docker/{B}"));
        await _scene.AnswerAsync(B, RuntimeStatus.Found, "b");
        var before = _scene.Harness.Events.Count;
        var next = new RecordBuilder();
        next.Head.CgroupId = 77;
        next.Open("/a");
        next.Head.CgroupId = 78;
        next.Open("/b");

        _scene.Harness.Give(2, next);

        Assert.Equal([(EventIds.SecurityFileOpen, 3L)], _scene.Harness.Events.Skip(before));
    }

    [Fact]
    public void Events_WhenTheirTimeIsUp_GoOnWithTheReasonAndLaterOnesDoNotWait()
    {
        _scene.Harness.Give(0, EnrichmentScene.Make(A, 77).Open("/a"));
        _scene.Harness.Time.Advance(EnrichmentScene.MaxWait - TimeSpan.FromMilliseconds(1));
        _scene.Harness.Release();
        Assert.Single(_scene.Harness.Events);

        _scene.Harness.Time.Advance(TimeSpan.FromMilliseconds(1));
        _scene.Harness.Release();
        _scene.Harness.Give(2, new RecordBuilder().Open("/b"));

        Assert.Equal(4, _scene.Harness.Events.Count);
        _scene.Each(e => Assert.Equal(e.Context.ContainerId.IsEmpty ? "" : "pending", e.Context.Enrichment.ToString()));
        Assert.Equal(1, _scene.Harness.Parking.TimedOut);
    }

    [Fact]
    public async Task Answer_AfterEventsWentOn_IsToldByAnEventOnce()
    {
        _scene.Harness.Give(0, EnrichmentScene.Make(A, 77).Open("/a"));
        _scene.Harness.Time.Advance(EnrichmentScene.MaxWait);
        _scene.Harness.Release();

        await _scene.AnswerAsync(A, RuntimeStatus.Found, "late");
        _scene.Harness.Give(2, new RecordBuilder().Open("/b"));

        var enriched = _scene.Harness.Events.FindIndex(e => e.Id == EventIds.ContainerEnriched);
        Assert.Equal(_scene.Harness.Events.Count - 2, enriched);
        var images = new List<string>();
        _scene.Each(e => images.Add(e.Context.ContainerImage.ToString()));
        Assert.Equal(["late", "late"], images.TakeLast(2));
        Assert.Single(_scene.Harness.Cutter.Lifecycle, m => m.EventName == "container_enriched");
    }

    [Fact]
    public async Task Lifecycle_OfAContainer_HasEachEventOnceWithArgumentsInOrder()
    {
        var records = EnrichmentScene.Make(A, 77).Cgroup(EventIds.CgroupMkdir, 79, $"/docker/{A}/nested").Cgroup(EventIds.CgroupMkdir, 80, $"/docker/{A}", hierarchy: 4);
        records.Cgroup(EventIds.CgroupRmdir, 79, $"/docker/{A}/nested").Cgroup(EventIds.CgroupRmdir, 80, $"/docker/{A}", hierarchy: 4).Cgroup(EventIds.CgroupRmdir, 77, $"/docker/{A}");
        _scene.Harness.Give(RawFrames.Header(0, records.Count, selected: new EventSet()), records.Bytes);
        await _scene.AnswerAsync(A, RuntimeStatus.Found, "shop/cart:1");

        Assert.Equal(["container_create", "container_remove"], _scene.Harness.Cutter.Lifecycle.Select(m => m.EventName));
        using var json = JsonDocument.Parse(_scene.Harness.Cutter.Lifecycle[0].Buffer.AsMemory(0, _scene.Harness.Cutter.Lifecycle[0].Length));
        Assert.Equal(
            ["runtime", "container_id", "ctime", "container_image", "container_image_digest", "container_name", "pod_name", "pod_namespace", "pod_uid", "pod_sandbox"],
            json.RootElement.GetProperty("args").EnumerateArray().Select(a => a.GetProperty("name").GetString()!));
        Assert.Equal("docker", json.RootElement.GetProperty("args")[0].GetProperty("value").GetString());
        Assert.Equal("shop/cart:1", json.RootElement.GetProperty("args")[3].GetProperty("value").GetString());
        Assert.Equal("2017", json.RootElement.GetProperty("eventId").GetString());
        Assert.Equal(2, _scene.Harness.Cutter.Books.ToAccount(0).Derived);
        Assert.Empty(_scene.Harness.Events);
    }

    [Fact]
    public async Task ExistingContainer_InTheFirstSnapshotOnly_IsToldOnce()
    {
        _scene.Harness.Give(0, new RecordBuilder().Cgroup(EventIds.SnapshotCgroup, 77, $"/docker/{A}", ctime: 5).SnapshotEnd());
        _scene.Harness.Give(2, new RecordBuilder().Cgroup(EventIds.SnapshotCgroup, 77, $"/docker/{A}", ctime: 5).Cgroup(EventIds.SnapshotCgroup, 78, $"/docker/{B}", ctime: 5).SnapshotEnd());
        await _scene.AnswerAsync(A, RuntimeStatus.Found, "a");
        await _scene.AnswerAsync(B, RuntimeStatus.Found, "b");

        var told = Assert.Single(_scene.Harness.Cutter.Lifecycle);
        Assert.Equal("existing_container", told.EventName);
    }

    [Fact]
    public async Task Resume_WhileEventsWait_TellsThemAndNothingAgain()
    {
        var first = EnrichmentScene.Make(A, 77).Open("/a");
        var second = new RecordBuilder().Open("/b");
        second.Head.CgroupId = 1;
        second.Open("/host");
        _scene.Harness.Give(0, first).Give(2, second);
        Assert.Equal([(EventIds.CgroupMkdir, 0L), (EventIds.SecurityFileOpen, 3L)], _scene.Harness.Events);
        var last = _scene.Harness.Headers[^1].Account;
        Assert.Equal([new OffsetRange(1, 3)], last.Parked);
        Assert.Equal([0L], last.ParkedDerived);

        using var counters = new ServiceCounters();
        await using var enrichment = _scene.NewEnrichment(counters);
        var resumed = new CutterHarness(ResumePoint.From(_scene.Harness.Headers), resumeIsLatest: true, enrichment, EnrichmentScene.MaxWait);
        resumed.Give(0, first).Give(2, second);
        Assert.Empty(resumed.Events);
        await _scene.AnswerAsync(A, RuntimeStatus.Found, "a", resumed);
        resumed.Give(4, new RecordBuilder().Open("/c"));

        Assert.Equal([(EventIds.ContainerCreate, 0L), (EventIds.SecurityFileOpen, 1L), (EventIds.SecurityFileOpen, 2L), (EventIds.SecurityFileOpen, 4L)], resumed.Events);
        Assert.Equal("container_create", Assert.Single(resumed.Cutter.Lifecycle).EventName);
        var numbers = _scene.Harness.Headers.Concat(resumed.Headers).Where(h => h.Count > 0).ToList();
        Assert.Equal(numbers.Skip(1).Select(h => h.FirstOffset), numbers.SkipLast(1).Select(h => h.EndOffset));
        Assert.Equal(5, resumed.Cutter.Books.Produced);
    }

    [Fact]
    public void Resume_WaitingEventsNoLongerInTheStream_AreLost()
    {
        _scene.Harness.Give(0, EnrichmentScene.Make(A, 77).Open("/a").Open("/b")).Silence(3);
        var resumed = new CutterHarness(ResumePoint.From(_scene.Harness.Headers), resumeIsLatest: true);

        resumed.Give(RawFrames.Header(3, 1, settled: 3), new RecordBuilder().Open("/c").Bytes, LossReasons.StreamLimit);

        Assert.Equal(2, resumed.Cutter.Books.ToAccount(0).Lost[LossReasons.StreamLimit]);
        Assert.Equal(0, resumed.Cutter.Books.ToAccount(0).Parked);
    }

    [Fact]
    public async Task Decode_EventsOfAnEnrichedContainer_AllocatesNothing()
    {
        _scene.Harness.Give(0, EnrichmentScene.Make(A, 77));
        await _scene.AnswerAsync(A, RuntimeStatus.Found, "shop/cart:1");
        var decoder = new FrameDecoder(_scene.Harness.Stores, _scene.Harness.Parking, static (_, _, _) => { });
        using var writers = new PartitionWriters();
        var tally = new FrameTally();
        var records = new RecordBuilder();
        for (var i = 0; i < 50; i++)
        {
            records.Open("/a").Exec("/bin/true", "true");
        }

        var header = RawFrames.Header(1, records.Count);
        ReadOnlyMemory<byte> bytes = records.Bytes;
        decoder.Decode(header, bytes, 1, 0, writers, tally);
        writers.Reset();
        var before = GC.GetAllocatedBytesForCurrentThread();
        decoder.Decode(header, bytes, 1, 0, writers, tally);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(0, tally.Parked);
    }

    [Fact]
    public void Take_LastFrameOfALoad_LetsEverythingGoOn()
    {
        _scene.Harness.Give(0, EnrichmentScene.Make(A, 77).Open("/a"));

        _scene.Harness.Give(RawFrames.Header(2, 0) with { Final = true }, []);

        Assert.Equal(3, _scene.Harness.Events.Count);
        Assert.True(_scene.Harness.Cutter.Books.ToAccount(0).Closed);
    }

    [Fact]
    public void Take_MoreThanMayWait_LetsTheLongestWaitingGoOn()
    {
        var offset = 0L;
        while (_scene.Harness.Parking.Overflowed == 0 && offset < 20_000)
        {
            var records = new RecordBuilder();
            if (offset == 0)
            {
                records.Cgroup(EventIds.CgroupMkdir, 77, $"/docker/{A}");
            }

            for (var i = 0; i < 200; i++)
            {
                records.Open("/a");
            }

            _scene.Harness.Give(offset, records);
            offset += records.Count;
        }

        Assert.Equal(1, _scene.Harness.Parking.Overflowed);
        Assert.InRange(offset, 10_000, 10_600);
        Assert.Equal(offset + 1, _scene.Harness.Events.Count);
        Assert.Equal(0, _scene.Harness.Parking.Count);
    }
}
