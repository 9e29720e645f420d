using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.Detector.Lookups;
using TraceeMesh.MessagePack;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.Signatures;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Records;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Nodes;

/// <summary>Two nodes as Kubernetes has them: each with a leaf of the bus of its own, the detector at the hub.</summary>
public sealed class LeafTests : IAsyncLifetime
{
    private static readonly string[] Names = ["node-a", "node-b"];
    private static readonly string Container = new('c', 64);

    private readonly List<LeafNode> _nodes = [];
    private readonly ConcurrentDictionary<string, long> _seen = new();
    private readonly ServiceCounters _counters = new();
    private readonly Subjects _subjects = new();
    private Hub _hub = null!;
    private BusConnection _bus = null!;
    private JetStream _jetStream = null!;
    private BusRegistration _everything = null!;
    private StreamTable _streams = null!;

    public async Task InitializeAsync()
    {
        _hub = await Hub.StartAsync();
        _bus = await BusConnection.ConnectAsync(new BusOptions { Urls = [_hub.Server.Url] });
        _jetStream = new JetStream(_bus);
        _streams = new StreamTable(_subjects);

        // Two that would draw raw frames off the nodes.
        _everything = _bus.Subscribe(">", message => _seen.AddOrUpdate(Kind(message.Subject), 1, (_, n) => n + 1));
        await _jetStream.EnsureStreamAsync(new StreamDefinition("overlapping", [_subjects.AllRaw], OnDisk: false, TimeSpan.Zero, 0, TimeSpan.FromMinutes(2)));
    }

    public async Task DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        _everything.Dispose();
        await _bus.DisposeAsync();
        await _hub.DisposeAsync();
        _counters.Dispose();
    }

    [Fact]
    public async Task RawFrames_StayOnTheirNodes_WhileEventsAndFindingsCross()
    {
        await StartNodesAsync();
        using var detector = new ServiceProcess(_hub.Server.Url, ServiceProcess.Detector, "--instance", "d1");

        await Task.WhenAll(_nodes.Select(n => n.SendAsync(40)));
        await JudgedAsync(detector);

        Assert.Equal(80, await FindingsAsync());
        Assert.False(_seen.ContainsKey("raw"), "a subscriber of the hub saw raw frames");
        Assert.True(_seen["events"] > 0);
        Assert.Equal(0, (await _jetStream.FindStreamAsync("overlapping"))!.LastSequence);
        foreach (var node in _nodes)
        {
            Assert.Equal(0, node.Collector.ForeignAcks);
            Assert.NotNull(await node.JetStream.FindStreamAsync(_streams.Raw(node.Name).Name));
            Assert.Null(await node.JetStream.FindStreamAsync(_streams.Events.Name));
            Assert.Null(await _jetStream.FindStreamAsync(_streams.Raw(node.Name).Name));
        }
    }

    // What the test above relies on: without the denials of the configuration the subscriber and the stream have them.
    [Fact]
    public async Task RawFrames_LeaveANodeThatDeniesNothing()
    {
        await StartNodesAsync(directory =>
        {
            var file = Path.Combine(directory, "leaf.conf");
            var kept = File.ReadAllLines(file).Where(l => !l.Contains("deny_", StringComparison.Ordinal)).ToArray();
            File.WriteAllLines(file, kept);
        });

        await TestWait.Until(
            async () =>
            {
                await _nodes[0].SendAsync(1);
                return _seen.ContainsKey("raw") && (await _jetStream.FindStreamAsync("overlapping"))!.LastSequence > 0 && _nodes[0].Collector.ForeignAcks > 0;
            },
            "a raw frame comes to the hub, which acknowledges it");
    }

    [Fact]
    public async Task Lookups_GoFromTheHubToTheNodeOfTheEvent()
    {
        await StartNodesAsync();
        var events = new Dictionary<string, Event>();
        foreach (var node in _nodes)
        {
            // Only on the second node the container began 7 s later.
            var records = new RecordBuilder().SnapshotEnd();
            records.Head.Time += node.Name == "node-b" ? 7_000_000_000UL : 0;
            records.Cgroup(EventIds.CgroupMkdir, 77, $"/docker/{Container}").Exec("/bin/ls", "ls");
            await node.SendAsync(records);
            events[node.Name] = await ExecAsync(node);
        }

        using var directory = new DataSourceDirectory(_bus, _subjects, _counters, TimeProvider.System, NullLogger.Instance);
        await TestWait.Until(
            async () =>
            {
                await directory.RefreshAsync(CancellationToken.None);
                return directory.TryGet("tracee", "containers", out _);
            },
            "the source is found",
            20);
        Assert.True(directory.TryGet("tracee", "containers", out var containers));

        var times = new Dictionary<string, long>();
        foreach (var (node, e) in events)
        {
            var answer = await containers.Get(e, Container);
            Assert.Equal(LookupStatus.Found, answer.Status);
            times[node] = answer.GetInteger("container_ctime");
        }

        Assert.Equal(7_000_000_000, times["node-b"] - times["node-a"]);
    }

    [Fact]
    public async Task HubAway_RawGoesOn_AndEverythingIsFoundOnceWhenItIsBack()
    {
        await StartNodesAsync();
        using var detector = new ServiceProcess(_hub.Server.Url, ServiceProcess.Detector, "--instance", "d1");
        await Task.WhenAll(_nodes.Select(n => n.SendAsync(20)));
        await JudgedAsync(detector);

        // In the middle of the flow, and long enough for a consumer at the hub to be given up.
        var flow = Task.WhenAll(_nodes.Select(n => n.SendAsync(400)));
        _nodes.ForEach(n => n.CutOff());
        await flow;
        await TestWait.Until(async () => await IsHeldAsync(), "the enrichers hold what they cannot pass on", 20, Logs);
        await Task.WhenAll(_nodes.Select(n => n.SendAsync(400)));
        Assert.True(await FindingsAsync() < _nodes.Sum(n => n.Sent));
        Assert.All(_nodes, n => Assert.Equal(0, n.Collector.GoneBack));

        _nodes.ForEach(n => n.Mend());
        await JudgedAsync(detector);

        Assert.Equal(_nodes.Sum(n => n.Sent), await FindingsAsync());
        Assert.False(_seen.ContainsKey("raw"));
    }

    [Fact]
    public async Task EnricherStartedWhileTheHubIsAway_WaitsForIt_AndLosesNothing()
    {
        _nodes.Add(await LeafNode.StartAsync("node-a", _hub, cutOff: true));
        await _nodes[0].SendAsync(50);
        await TestWait.Until(() => _nodes[0].Log.Contains("the hub is waited for", StringComparison.Ordinal), "the enricher says what it waits for", 20);

        _nodes[0].Mend();
        using var detector = new ServiceProcess(_hub.Server.Url, ServiceProcess.Detector, "--instance", "d1");
        await JudgedAsync(detector);

        Assert.Equal(50, await FindingsAsync());
    }

    private static string Kind(string subject) => subject.StartsWith("tracee.", StringComparison.Ordinal) ? subject.Split('.')[1] : "other";

    private async Task StartNodesAsync(Action<string>? prepare = null)
    {
        foreach (var name in Names)
        {
            _nodes.Add(await LeafNode.StartAsync(name, _hub, prepare));
        }
    }

    // Held: the stream of the leaf grows, the books at the hub do not.
    private async Task<bool> IsHeldAsync()
    {
        foreach (var node in _nodes)
        {
            if ((await node.JetStream.FindStreamAsync(_streams.Raw(node.Name).Name))!.Messages < node.Sent)
            {
                return false;
            }
        }

        return _nodes.TrueForAll(n => n.Log.Contains("are not stored", StringComparison.Ordinal));
    }

    // Each event makes one finding; the silence of an enricher that is cut off makes others.
    private async Task<long> FindingsAsync()
    {
        var state = (await _jetStream.FindStreamAsync(_streams.Findings.Name))!;
        var positions = new HashSet<(string, long)>();
        for (var sequence = state.FirstSequence; sequence <= state.LastSequence; sequence++)
        {
            using var finding = JsonDocument.Parse((await _jetStream.GetMessageAsync(_streams.Findings.Name, sequence))!.Payload);
            if (finding.RootElement.GetProperty("eventName").GetString() == "anti_debugging")
            {
                var mesh = finding.RootElement.GetProperty("mesh");
                Assert.True(positions.Add((mesh.GetProperty("node").GetString()!, mesh.GetProperty("position").GetInt64())), "found twice");
            }
        }

        return positions.Count;
    }

    private async Task JudgedAsync(ServiceProcess detector)
    {
        foreach (var node in _nodes)
        {
            var partition = Partitioning.Of(Hash.Of(Encoding.UTF8.GetBytes(node.Name)), 0, 1);
            var last = "";
            await TestWait.Until(
                async () =>
                {
                    var entry = await new KeyValueBucket(_jetStream, _streams.Leases.Name).GetAsync($"p{partition}");
                    last = entry is null ? "no lease" : Encoding.UTF8.GetString(entry.Value.Span);
                    return entry is not null
                        && JsonSerializer.Deserialize(entry.Value.Span, MeshJson.Default.LeaseRecord)!.Nodes.GetValueOrDefault(node.Name) is { Lost.Count: 0, Judged: [[0, var to]] } && to == node.Sent;
                },
                $"{node.Sent} events of {node.Name} are judged, none lost",
                60,
                () => $"{last}\n{detector.Log}\n{Logs()}");
        }
    }

    private async Task<Event> ExecAsync(LeafNode node)
    {
        Event? exec = null;
        var partition = Partitioning.Of(Hash.Of(Encoding.UTF8.GetBytes(node.Name)), 0, 1);
        await TestWait.Until(
            async () =>
            {
                var message = await _jetStream.GetLastMessageAsync(_streams.Events.Name, _subjects.Events(node.Name, partition));
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
            $"the exec of {node.Name} is told",
            60,
            Logs);
        return exec!;
    }

    private string Logs() => string.Join('\n', _nodes.Select(n => n.Log));
}
