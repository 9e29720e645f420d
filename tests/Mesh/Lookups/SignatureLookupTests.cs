using Microsoft.Extensions.Logging.Abstractions;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Containers;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Detector.Lookups;
using TraceeMesh.Enricher.Containers.Runtimes;
using TraceeMesh.MessagePack;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.Signatures;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Records;
using TraceeMesh.TestKit.Signatures;
using TraceeMesh.Tests.Mesh.Enricher;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Lookups;

/// <summary>A signature asks the real enricher about the container of its event, over the real bus.</summary>
public sealed class SignatureLookupTests
{
    private const string ContainerId = "270f747aa9815e3e1d0f7a2f8d3c6b5a4e9f0d1c2b3a49586776859493a2b1c0";

    [Fact]
    public async Task LookupByTheContainerOfAnEvent_SeesThePastOfThatEvent()
    {
        await using var mesh = await EnricherMesh.StartAsync();
        await mesh.SendAsync(0, new RecordBuilder().SnapshotEnd().Cgroup(EventIds.CgroupMkdir, 77, $"/docker/{ContainerId}").Exec("/bin/ls", "ls").Cgroup(EventIds.CgroupRmdir, 77, $"/docker/{ContainerId}"));
        await mesh.AccountAsync(a => a.Produced == 4);
        var exec = (await mesh.ExecsAsync(1))[0];

        using var counters = new ServiceCounters();
        using var directory = new DataSourceDirectory(mesh.Bus, mesh.Subjects, counters, TimeProvider.System, NullLogger.Instance);
        await directory.RefreshAsync(CancellationToken.None);
        Assert.True(directory.TryGet("tracee", "containers", out var containers));
        using var harness = new SignatureHarness(new ContainerOfExec(), containers);

        // The container is gone by now; at the event it was there.
        var reported = Assert.Single(await harness.Feed(exec));
        Assert.Equal(ContainerId, reported["id"].Text);
        Assert.Equal(RawFrames.BootEpoch + 5_000_000_000, reported["ctime"].Integer);
        Assert.Equal("", reported["image"].Text);
    }

    [Fact]
    public async Task ValueChangedBetweenTwoEventsOfAFrame_EachEventSeesItsOwn()
    {
        await using var mesh = await EnricherMesh.StartAsync();
        await mesh.SendAsync(0, new RecordBuilder().SnapshotEnd()
            .Exec("/bin/a", "a").Cgroup(EventIds.CgroupMkdir, 77, $"/docker/{ContainerId}")
            .Exec("/bin/b", "b").Cgroup(EventIds.CgroupRmdir, 77, $"/docker/{ContainerId}").Exec("/bin/c", "c"));
        var execs = await mesh.ExecsAsync(3);
        using var counters = new ServiceCounters();
        using var directory = new DataSourceDirectory(mesh.Bus, mesh.Subjects, counters, TimeProvider.System, NullLogger.Instance);
        await directory.RefreshAsync(CancellationToken.None);
        Assert.True(directory.TryGet("tracee", "containers", out var containers));

        // Twice: the second time from the near cache, as far as there is something to keep.
        for (var round = 0; round < 2; round++)
        {
            var found = new List<LookupStatus>();
            foreach (var exec in execs)
            {
                found.Add((await containers.Get(exec, ContainerId)).Status);
            }

            Assert.Equal([LookupStatus.NotFound, LookupStatus.Found, LookupStatus.NotFound], found);
        }

        var together = await ((RemoteDataSource)containers).AskAsync(
            execs[0].Frame,
            [.. execs.Select(e => new PositionedKey(ContainerId, e.Context.Position, e.Context.Timestamp))],
            CancellationToken.None);
        Assert.Equal([LookupStatus.NotFound, LookupStatus.Found, LookupStatus.NotFound], together.Select(r => r.Status));
        Assert.Equal((3L, 0L), (counters.Read()["lookups_tracee_containers_batched"], counters.Read()["lookups_tracee_containers_failed"]));
    }

    [Fact]
    public async Task ContainerThatStays_IsAskedOnceAndProvenFromThenOn()
    {
        var runtime = new KnowsAll();
        await using var mesh = await EnricherMesh.StartAsync([runtime]);
        await mesh.SendAsync(0, new RecordBuilder().SnapshotEnd().Cgroup(EventIds.CgroupMkdir, 77, $"/docker/{ContainerId}").Exec("/bin/a", "a"));
        var first = (await mesh.ExecsAsync(1))[0];
        using var counters = new ServiceCounters();
        using var directory = new DataSourceDirectory(mesh.Bus, mesh.Subjects, counters, TimeProvider.System, NullLogger.Instance);
        await directory.RefreshAsync(CancellationToken.None);
        Assert.True(directory.TryGet("tracee", "containers", out var containers));
        await TestWait.Until(async () => (await containers.Get(first, ContainerId)).Enrichment.Length == 0, "the container is enriched");
        var asked = counters.Read()["lookups_tracee_containers_asked"];
        Assert.Equal(0, counters.Read()["lookups_tracee_containers_hit"]);

        await mesh.SendAsync(3, new RecordBuilder().Exec("/bin/b", "b"));
        await mesh.SendAsync(4, new RecordBuilder().Exec("/bin/c", "c"));
        var execs = await mesh.ExecsAsync(3);

        // The chain of changes begins with the first notice after the first question, and an answer behind that is proven.
        Assert.True((await containers.Get(execs[1], ContainerId)).Found);
        await TestWait.Until(async () => (await containers.Get(execs[2], ContainerId)).Found && counters.Read()["lookups_tracee_containers_hit"] > 0, "an answer is proven");
        Assert.True(counters.Read()["lookups_tracee_containers_asked"] > asked);
    }

    [Fact]
    public async Task ProcessThatChangesNothing_IsProvenUntilItDoes()
    {
        await using var mesh = await EnricherMesh.StartAsync();
        await mesh.SendAsync(0, new RecordBuilder().SnapshotEnd().Exec("/bin/first", "a"));
        var first = (await mesh.ExecsAsync(1))[0];
        var asked = LookupKey.Process(first.Context.ProcessEntityId);
        using var counters = new ServiceCounters();
        using var directory = new DataSourceDirectory(mesh.Bus, mesh.Subjects, counters, TimeProvider.System, NullLogger.Instance);
        await directory.RefreshAsync(CancellationToken.None);
        Assert.True(directory.TryGet("tracee", "process_tree", out var processes));
        Assert.Equal("/bin/first", await PathAsync(first));

        // Another process goes on; its frames tell that nothing else changed.
        var other = RecordBuilder.DefaultHead() with { HostPid = 77, HostTid = 77, NsPid = 77, NsTid = 77, StartTime = 4_000_000_000, LeaderStartTime = 4_000_000_000 };
        await mesh.SendAsync(2, new RecordBuilder { Head = other }.Exec("/bin/b", "b"));
        Assert.Equal("/bin/first", await PathAsync((await mesh.ExecsAsync(2))[1]));
        await mesh.SendAsync(3, new RecordBuilder { Head = other }.Exec("/bin/c", "c"));
        await mesh.SendAsync(4, new RecordBuilder { Head = other }.Exec("/bin/d", "d"));
        var execs = await mesh.ExecsAsync(4);
        await TestWait.Until(() => ((RemoteDataSource)processes).TryGetNear(execs[3].Frame, execs[3].Context.Position, asked, out _), "the answer is proven");
        Assert.Equal("/bin/first", await PathAsync(execs[3]));

        await mesh.SendAsync(5, new RecordBuilder().Exec("/bin/second", "a"));
        var changed = (await mesh.ExecsAsync(5))[4];
        Assert.Equal("/bin/second", await PathAsync(changed));
        Assert.Equal("/bin/first", await PathAsync(execs[3]));

        async Task<string> PathAsync(Event e) => (await processes.Get(e, asked)).Values["process_info"]["info"]["executionBinary"]["path"].Text;
    }

    private sealed class KnowsAll : IContainerRuntime
    {
        public ContainerRuntime Kind => ContainerRuntime.Docker;

        public string Socket => "/run/knows-all.sock";

        public Task<RuntimeAnswer> AskAsync(string containerId, CancellationToken cancellation) =>
            Task.FromResult(new RuntimeAnswer(RuntimeStatus.Found, new ContainerDetails { Name = "cart", Image = "shop/cart:1" }));

        public ValueTask DisposeAsync() => default;
    }

    /// <summary>The users' first example: look the container up by the id in the exec event.</summary>
    private sealed class ContainerOfExec : Signature
    {
        private IDataSource _containers = null!;

        public override SignatureMetadata Metadata { get; } = new("TEST-1", "container_of_exec");

        public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [new(EventSelector.Tracee, "sched_process_exec")];

        public override void Init(ISignatureContext context)
        {
            if (!context.TryGetDataSource("tracee", "containers", out _containers))
            {
                throw new SignatureInitException("containers data source not registered");
            }

            if (_containers.Version > 1)
            {
                throw new SignatureInitException("containers data source version not supported, please update this signature");
            }
        }

        public override async ValueTask OnEvent(Event e, CancellationToken cancellation)
        {
            var container = await _containers.Get(e, e.Context.ContainerId, cancellation);
            if (container.Found)
            {
                Report(e, ("id", container.GetString("container_id")), ("ctime", container.GetInteger("container_ctime")), ("image", container.GetString("container_image")));
            }
        }
    }
}
