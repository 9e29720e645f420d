using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Detector.Lookups;
using TraceeMesh.MessagePack;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.Signatures;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Records;
using TraceeMesh.Tests.Mesh.Detector;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Nodes;

/// <summary>Two nodes on one bus: their events share the partitions and the detectors, their data sources are two.</summary>
public sealed class ManyNodesTests : IAsyncLifetime
{
    private static readonly string[] Names = ["node-a", "node-b"];

    // One id on both nodes: only the node of the event tells which container is meant.
    private static readonly string Container = new('c', 64);

    private readonly Dictionary<string, ServiceProcess> _enrichers = [];
    private readonly ServiceCounters _counters = new();
    private EventBus _bus = null!;
    private DataSourceDirectory _directory = null!;

    public async Task InitializeAsync()
    {
        _bus = await EventBus.StartAsync();
        foreach (var node in Names)
        {
            await _bus.JetStream.EnsureStreamAsync(_bus.Streams.Raw(node));
            _enrichers[node] = new ServiceProcess(_bus.Server, ServiceProcess.Enricher, "--instance", node, "--node", node);
        }

        _directory = new DataSourceDirectory(_bus.Connection, _bus.Subjects, _counters, TimeProvider.System, NullLogger.Instance);
    }

    public async Task DisposeAsync()
    {
        _directory.Dispose();
        foreach (var enricher in _enrichers.Values)
        {
            enricher.Dispose();
        }

        await _bus.DisposeAsync();
        _counters.Dispose();
    }

    [Fact]
    public async Task EventsOfTwoNodes_AreJudgedByDetectorsThatShareThePartitions()
    {
        _bus.StartDetector("d1");
        _bus.StartDetector("d2");
        await _bus.SharedAsync(["d1", "d2"], 60);
        for (var round = 0; round < 20; round++)
        {
            foreach (var node in Names)
            {
                await SendAsync(node, 3 * round, new RecordBuilder((ulong)(3 * round)).Ptrace().Ptrace().Ptrace());
            }
        }

        var findings = await _bus.FindingsAsync(120, 60);

        Assert.Equal(120, findings.Count);
        Assert.Equal(120, findings.Select(f => ((string?)f["mesh"]!["node"], (long)f["mesh"]!["position"]!)).Distinct().Count());
        foreach (var node in Names)
        {
            Assert.Equal(60, findings.Count(f => (string?)f["mesh"]!["node"] == node));
            var partition = Partitioning.Of(Hash.Of(Encoding.UTF8.GetBytes(node)), 0, 1);
            await _bus.EventuallyAsync(async () => (await _bus.LeaseAsync(partition))!.Nodes.GetValueOrDefault(node)?.Judged is [[0, 60]], $"all of {node} is judged");
        }
    }

    [Fact]
    public async Task Lookups_GoToTheNodeOfTheEvent_AndAreUnavailableWhenItIsDown()
    {
        var events = new Dictionary<string, Event>();
        foreach (var node in Names)
        {
            // Only on the second node the container began 7 s later.
            var late = node == "node-b" ? 7_000_000_000UL : 0;
            var records = new RecordBuilder().SnapshotEnd();
            records.Head.Time += late;
            records.Cgroup(EventIds.CgroupMkdir, 77, $"/docker/{Container}").Exec("/bin/ls", "ls");
            await SendAsync(node, 0, records);
            events[node] = await ExecAsync(node);
        }

        await _bus.EventuallyAsync(
            async () =>
            {
                await _directory.RefreshAsync(CancellationToken.None);
                return _directory.TryGet("tracee", "containers", out _);
            },
            "the source is found");
        Assert.True(_directory.TryGet("tracee", "containers", out var containers));

        var times = new Dictionary<string, long>();
        foreach (var (node, e) in events)
        {
            var answer = await containers.Get(e, Container);
            Assert.Equal(LookupStatus.Found, answer.Status);
            times[node] = answer.GetInteger("container_ctime");
        }

        Assert.Equal(7_000_000_000, times["node-b"] - times["node-a"]);

        _enrichers["node-b"].Kill();
        Assert.Equal(LookupStatus.Unavailable, (await containers.Get(events["node-b"], "another")).Status);
        Assert.Equal(LookupStatus.NotFound, (await containers.Get(events["node-a"], "another")).Status);
    }

    private async Task SendAsync(string node, long first, RecordBuilder records)
    {
        var header = RawFrames.Header(first, records.Count) with { Node = node };
        (await _bus.JetStream.PublishAsync(_bus.Subjects.Raw(node), RawFrames.Encode(header, records.Bytes))).OrThrow("raw");
    }

    private async Task<Event> ExecAsync(string node)
    {
        Event? exec = null;
        var partition = Partitioning.Of(Hash.Of(Encoding.UTF8.GetBytes(node)), 0, 1);
        await TestWait.Until(
            async () =>
            {
                var message = await _bus.JetStream.GetLastMessageAsync(_bus.Streams.Events.Name, _bus.Subjects.Events(node, partition));
                if (message is null || EventFrameCodec.TryRead(message.Payload, out _, out var events) != FrameStatus.Ok)
                {
                    return false;
                }

                for (var e = new Event(); events.TryRead(e) == FrameStatus.Ok; e = new Event())
                {
                    exec = e.Context.EventId == EventIds.SchedProcessExec ? e : exec;
                }

                return exec is not null;
            },
            $"the exec of {node} is told",
            60,
            () => _enrichers[node].Log);
        return exec!;
    }
}
