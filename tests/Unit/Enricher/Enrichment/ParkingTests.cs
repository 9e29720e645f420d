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
    private static readonly TimeSpan MaxWait = TimeSpan.FromMilliseconds(500);

    private readonly ScriptedRuntime _runtime = new();
    private readonly ServiceCounters _counters = new();
    private readonly ContainerEnrichment _enrichment;
    private readonly CutterHarness _harness;
    private readonly RecordBuilder _records = new();

    public ParkingTests()
    {
        _enrichment = Enrichment(_counters);
        _harness = new CutterHarness(enrichment: _enrichment, maxWait: MaxWait);
    }

    public async ValueTask DisposeAsync()
    {
        await _enrichment.DisposeAsync();
        _counters.Dispose();
    }

    [Fact]
    public async Task Events_OfAContainerNotAnswered_WaitInOrderAndCarryTheAnswer()
    {
        _harness.Give(0, Make(A, 77).Open("/a").Open("/b"));
        Assert.Equal([(EventIds.CgroupMkdir, 0L)], _harness.Events);
        Assert.Equal(2, _harness.Cutter.Books.ToAccount(0).Parked);

        await AnswerAsync(A, RuntimeStatus.Found, "shop/cart:1");

        Assert.Equal([(EventIds.CgroupMkdir, 0L), (EventIds.ContainerCreate, 0L), (EventIds.SecurityFileOpen, 1L), (EventIds.SecurityFileOpen, 2L)], _harness.Events);
        Each(e =>
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
        Assert.Equal(0, _harness.Cutter.Books.ToAccount(0).Parked);
        Assert.Equal(1, _harness.Cutter.Books.ToAccount(0).Derived);
    }

    [Fact]
    public async Task Events_OfAnotherContainer_DoNotWaitForOneThatHangs()
    {
        _harness.Give(0, Make(A, 77).Cgroup(EventIds.CgroupMkdir, 78, $"/docker/{B}"));
        await AnswerAsync(B, RuntimeStatus.Found, "b");
        var before = _harness.Events.Count;
        _records.Head.CgroupId = 77;
        var next = new RecordBuilder();
        next.Head.CgroupId = 77;
        next.Open("/a");
        next.Head.CgroupId = 78;
        next.Open("/b");

        _harness.Give(2, next);

        Assert.Equal([(EventIds.SecurityFileOpen, 3L)], _harness.Events.Skip(before));
    }

    [Fact]
    public void Events_WhenTheirTimeIsUp_GoOnWithTheReasonAndLaterOnesDoNotWait()
    {
        _harness.Give(0, Make(A, 77).Open("/a"));
        _harness.Time.Advance(MaxWait - TimeSpan.FromMilliseconds(1));
        _harness.Release();
        Assert.Single(_harness.Events);

        _harness.Time.Advance(TimeSpan.FromMilliseconds(1));
        _harness.Release();
        _harness.Give(2, new RecordBuilder().Open("/b"));

        Assert.Equal(4, _harness.Events.Count);
        Each(e => Assert.Equal(e.Context.ContainerId.IsEmpty ? "" : "pending", e.Context.Enrichment.ToString()));
        Assert.Equal(1, _harness.Parking.TimedOut);
    }

    [Fact]
    public async Task Answer_AfterEventsWentOn_IsToldByAnEventOnce()
    {
        _harness.Give(0, Make(A, 77).Open("/a"));
        _harness.Time.Advance(MaxWait);
        _harness.Release();

        await AnswerAsync(A, RuntimeStatus.Found, "late");
        _harness.Give(2, new RecordBuilder().Open("/b"));

        var enriched = _harness.Events.FindIndex(e => e.Id == EventIds.ContainerEnriched);
        Assert.Equal(_harness.Events.Count - 2, enriched);
        var images = new List<string>();
        Each(e => images.Add(e.Context.ContainerImage.ToString()));
        Assert.Equal(["late", "late"], images.TakeLast(2));
        Assert.Single(_harness.Cutter.Lifecycle, m => m.EventName == "container_enriched");
    }

    [Fact]
    public async Task Lifecycle_OfAContainer_HasEachEventOnceWithArgumentsInOrder()
    {
        var records = Make(A, 77).Cgroup(EventIds.CgroupMkdir, 79, $"/docker/{A}/nested").Cgroup(EventIds.CgroupMkdir, 80, $"/docker/{A}", hierarchy: 4);
        records.Cgroup(EventIds.CgroupRmdir, 79, $"/docker/{A}/nested").Cgroup(EventIds.CgroupRmdir, 80, $"/docker/{A}", hierarchy: 4).Cgroup(EventIds.CgroupRmdir, 77, $"/docker/{A}");
        _harness.Give(RawFrames.Header(0, records.Count, selected: new EventSet()), records.Bytes);
        await AnswerAsync(A, RuntimeStatus.Found, "shop/cart:1");

        Assert.Equal(["container_create", "container_remove"], _harness.Cutter.Lifecycle.Select(m => m.EventName));
        using var json = JsonDocument.Parse(_harness.Cutter.Lifecycle[0].Buffer.AsMemory(0, _harness.Cutter.Lifecycle[0].Length));
        Assert.Equal(
            ["runtime", "container_id", "ctime", "container_image", "container_image_digest", "container_name", "pod_name", "pod_namespace", "pod_uid", "pod_sandbox"],
            json.RootElement.GetProperty("args").EnumerateArray().Select(a => a.GetProperty("name").GetString()!));
        Assert.Equal("docker", json.RootElement.GetProperty("args")[0].GetProperty("value").GetString());
        Assert.Equal("shop/cart:1", json.RootElement.GetProperty("args")[3].GetProperty("value").GetString());
        Assert.Equal("2017", json.RootElement.GetProperty("eventId").GetString());
        Assert.Equal(2, _harness.Cutter.Books.ToAccount(0).Derived);
        Assert.Empty(_harness.Events);
    }

    [Fact]
    public async Task ExistingContainer_InTheFirstSnapshotOnly_IsToldOnce()
    {
        _harness.Give(0, new RecordBuilder().Cgroup(EventIds.SnapshotCgroup, 77, $"/docker/{A}", ctime: 5).SnapshotEnd());
        _harness.Give(2, new RecordBuilder().Cgroup(EventIds.SnapshotCgroup, 77, $"/docker/{A}", ctime: 5).Cgroup(EventIds.SnapshotCgroup, 78, $"/docker/{B}", ctime: 5).SnapshotEnd());
        await AnswerAsync(A, RuntimeStatus.Found, "a");
        await AnswerAsync(B, RuntimeStatus.Found, "b");

        var told = Assert.Single(_harness.Cutter.Lifecycle);
        Assert.Equal("existing_container", told.EventName);
    }

    [Fact]
    public async Task Resume_WhileEventsWait_TellsThemAndNothingAgain()
    {
        var first = Make(A, 77).Open("/a");
        var second = new RecordBuilder().Open("/b");
        second.Head.CgroupId = 1;
        second.Open("/host");
        _harness.Give(0, first).Give(2, second);
        Assert.Equal([(EventIds.CgroupMkdir, 0L), (EventIds.SecurityFileOpen, 3L)], _harness.Events);
        var last = _harness.Headers[^1].Account;
        Assert.Equal([new OffsetRange(1, 3)], last.Parked);
        Assert.Equal([0L], last.ParkedDerived);

        using var counters = new ServiceCounters();
        await using var enrichment = Enrichment(counters);
        var resumed = new CutterHarness(ResumePoint.From(_harness.Headers), resumeIsLatest: true, enrichment, MaxWait);
        resumed.Give(0, first).Give(2, second);
        Assert.Empty(resumed.Events);
        await AnswerAsync(A, RuntimeStatus.Found, "a", resumed);
        resumed.Give(4, new RecordBuilder().Open("/c"));

        Assert.Equal([(EventIds.ContainerCreate, 0L), (EventIds.SecurityFileOpen, 1L), (EventIds.SecurityFileOpen, 2L), (EventIds.SecurityFileOpen, 4L)], resumed.Events);
        Assert.Equal("container_create", Assert.Single(resumed.Cutter.Lifecycle).EventName);
        var numbers = _harness.Headers.Concat(resumed.Headers).Where(h => h.Count > 0).ToList();
        Assert.Equal(numbers.Skip(1).Select(h => h.FirstOffset), numbers.SkipLast(1).Select(h => h.EndOffset));
        Assert.Equal(5, resumed.Cutter.Books.Produced);
    }

    [Fact]
    public void Resume_WaitingEventsNoLongerInTheStream_AreLost()
    {
        _harness.Give(0, Make(A, 77).Open("/a").Open("/b")).Silence(3);
        var resumed = new CutterHarness(ResumePoint.From(_harness.Headers), resumeIsLatest: true);

        resumed.Give(RawFrames.Header(3, 1, settled: 3), new RecordBuilder().Open("/c").Bytes, LossReasons.StreamLimit);

        Assert.Equal(2, resumed.Cutter.Books.ToAccount(0).Lost[LossReasons.StreamLimit]);
        Assert.Equal(0, resumed.Cutter.Books.ToAccount(0).Parked);
    }

    [Fact]
    public async Task Decode_EventsOfAnEnrichedContainer_AllocatesNothing()
    {
        _harness.Give(0, Make(A, 77));
        await AnswerAsync(A, RuntimeStatus.Found, "shop/cart:1");
        var decoder = new FrameDecoder(_harness.Stores, _harness.Parking, static (_, _, _) => { });
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
    public async Task KnownContainer_TakesAtMostTwoKibibytes()
    {
        const int Count = 2000;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Count; i++)
        {
            var id = i.ToString("x64", System.Globalization.CultureInfo.InvariantCulture);
            _harness.Stores.Containers.Made(new CgroupBody { CgroupId = (ulong)i }, System.Text.Encoding.UTF8.GetBytes($"/docker/{id}"), new Moment(new StorePosition(0, i), i));
            _harness.Stores.Containers.Made(new CgroupBody { CgroupId = (ulong)i, HierarchyId = 4 }, System.Text.Encoding.UTF8.GetBytes($"/docker/{id}"), new Moment(new StorePosition(0, i), i));
            _runtime.Answer(id, RuntimeStatus.Found, $"registry.example.org/shop/cart:1.4.{i}");
            _enrichment.Ask(_harness.Stores.Containers.Find(new CgroupKey(0, (ulong)i))!);
        }

        await TestWait.Until(
            () =>
            {
                _harness.Release();
                return _counters.Read()["enrichment_open"] == 0;
            },
            "all answers are taken",
            60);
        _harness.Release();
        _harness.Stores.Containers.ClearFresh();
        _runtime.Forget();
        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Count;

        Assert.InRange(each, 0, 2048);
        Assert.Equal(2 * Count, _harness.Stores.Containers.Count);
    }

    [Fact]
    public void Take_LastFrameOfALoad_LetsEverythingGoOn()
    {
        _harness.Give(0, Make(A, 77).Open("/a"));

        _harness.Give(RawFrames.Header(2, 0) with { Final = true }, []);

        Assert.Equal(3, _harness.Events.Count);
        Assert.True(_harness.Cutter.Books.ToAccount(0).Closed);
    }

    [Fact]
    public void Take_MoreThanMayWait_LetsTheLongestWaitingGoOn()
    {
        var offset = 0L;
        while (_harness.Parking.Overflowed == 0 && offset < 20_000)
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

            _harness.Give(offset, records);
            offset += records.Count;
        }

        Assert.Equal(1, _harness.Parking.Overflowed);
        Assert.InRange(offset, 10_000, 10_600);
        Assert.Equal(offset + 1, _harness.Events.Count);
        Assert.Equal(0, _harness.Parking.Count);
    }

    private static RecordBuilder Make(string id, ulong cgroup)
    {
        var records = new RecordBuilder();
        records.Head.CgroupId = 1;
        records.Cgroup(EventIds.CgroupMkdir, cgroup, $"/docker/{id}");
        records.Head.CgroupId = cgroup;
        return records;
    }

    private ContainerEnrichment Enrichment(ServiceCounters counters) => new(_ => [_runtime], TimeSpan.FromSeconds(10), TimeProvider.System, NullLogger.Instance, counters);

    // Until the answer went through: the container's events go on with it.
    private async Task AnswerAsync(string id, RuntimeStatus status, string image, CutterHarness? harness = null)
    {
        harness ??= _harness;
        _runtime.Answer(id, status, image);
        await TestWait.Until(
            () =>
            {
                harness.Release();
                var lives = harness.Stores.Containers.FindAll(System.Text.Encoding.UTF8.GetBytes(id));
                return lives[^1].State == EnrichmentState.Complete;
            },
            "the answer is taken");
    }

    private void Each(Action<Event> check)
    {
        foreach (var frame in _harness.Frames)
        {
            CutterHarness.Read(frame.Bytes, check);
        }
    }
}
