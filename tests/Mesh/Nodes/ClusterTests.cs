using System.Buffers;
using System.Text;
using System.Text.Json;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Records;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Nodes;

/// <summary>The bus is three servers that keep every stream three times; each of them is killed once under load.</summary>
public sealed class ClusterTests : IAsyncLifetime
{
    private const string Node = "node-a";
    private const int Round = 60;

    private readonly Subjects _subjects = new();
    private readonly List<ServiceProcess> _services = [];
    private NatsCluster _cluster = null!;
    private BusConnection _bus = null!;
    private JetStream _jetStream = null!;
    private FramePublisher? _collector;
    private long _next;

    public async Task InitializeAsync()
    {
        _cluster = await NatsCluster.StartAsync();
        _bus = await BusConnection.ConnectAsync(new BusOptions { Urls = _cluster.Urls.Split(','), StreamReplicas = 3, WaitForServer = TimeSpan.FromSeconds(30) });
        _jetStream = new JetStream(_bus);
    }

    public async Task DisposeAsync()
    {
        if (_collector is not null)
        {
            await _collector.DisposeAsync();
        }

        _services.ForEach(s => s.Dispose());
        await _bus.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Fact]
    [Trait("Length", "long")]
    public async Task EachServerKilledUnderLoad_NothingIsLostOrFoundTwice()
    {
        var streams = new StreamTable(_subjects);
        var raw = streams.Raw(Node);
        await EnsureAsync(raw);
        _collector = new FramePublisher(_bus, new FramePublisherOptions(raw.Name), c => _jetStream.EnsureStreamAsync(raw, c));
        _services.Add(new ServiceProcess(_cluster.Urls, ServiceProcess.Enricher, "--instance", "e1", "--node", Node, "--replicas", "3"));
        _services.Add(new ServiceProcess(_cluster.Urls, ServiceProcess.Detector, "--instance", "d1", "--node", Node, "--replicas", "3"));
        await SendAsync(Round);
        await JudgedAsync(streams, _next);

        foreach (var server in _cluster.Servers)
        {
            await SendAsync(Round / 2);
            server.Kill();
            await SendAsync(Round / 2);
            await JudgedAsync(streams, _next);
            await server.StartAgainAsync();
            await WholeAsync([raw.Name, streams.Events.Name, streams.Findings.Name, streams.Ledger.Name, $"KV_{streams.Leases.Name}"]);
        }

        var state = (await _jetStream.FindStreamAsync(streams.Findings.Name))!;
        var positions = new HashSet<long>();
        for (var sequence = state.FirstSequence; sequence <= state.LastSequence; sequence++)
        {
            using var finding = JsonDocument.Parse((await _jetStream.GetMessageAsync(streams.Findings.Name, sequence))!.Payload);
            if (finding.RootElement.GetProperty("eventName").GetString() == "anti_debugging")
            {
                Assert.True(positions.Add(finding.RootElement.GetProperty("mesh").GetProperty("position").GetInt64()));
            }
        }

        Assert.Equal(_next, positions.Count);
    }

    private async Task EnsureAsync(StreamDefinition stream) => await TestWait.Until(
        async () =>
        {
            try
            {
                await _jetStream.EnsureStreamAsync(stream);
                return true;
            }
            catch (BusException)
            {
                return false;
            }
        },
        "the cluster keeps a stream three times",
        60);

    // Two of three must have everything when the third goes: the server that came back has first to be told what it missed.
    private async Task WholeAsync(IReadOnlyList<string> streams)
    {
        var last = "";
        await TestWait.Until(
            async () =>
            {
                foreach (var stream in streams)
                {
                    using var reply = await _bus.RequestAsync($"$JS.API.STREAM.INFO.{stream}", Array.Empty<byte>(), TimeSpan.FromSeconds(2));
                    last = reply.Status == ReplyStatus.Ok ? Encoding.UTF8.GetString(reply.Payload) : $"{stream}: {reply.Status}";
                    if (reply.Status != ReplyStatus.Ok || !IsWhole(reply.Payload.ToArray()))
                    {
                        return false;
                    }
                }

                return true;
            },
            "all three servers have all streams",
            90,
            () => last);
    }

    private static bool IsWhole(byte[] info)
    {
        using var json = JsonDocument.Parse(info);
        return json.RootElement.TryGetProperty("cluster", out var cluster)
            && cluster.TryGetProperty("leader", out _)
            && cluster.TryGetProperty("replicas", out var replicas)
            && replicas.GetArrayLength() == 2
            && replicas.EnumerateArray().All(r => r.GetProperty("current").GetBoolean());
    }

    // One call in each raw frame.
    private async Task SendAsync(int count)
    {
        for (var i = 0; i < count; i++, _next++)
        {
            var bytes = RawFrames.Encode(RawFrames.Header(_next, 1) with { Node = Node }, new RecordBuilder((ulong)_next).Ptrace().Bytes);
            var rented = ArrayPool<byte>.Shared.Rent(bytes.Length);
            bytes.CopyTo(rented, 0);
            await _collector!.EnqueueAsync(new OutgoingFrame(_subjects.Raw(Node), $"{RawFrames.Load:x8}.{_next}", rented, bytes.Length, _next, _next + 1));
        }
    }

    private async Task JudgedAsync(StreamTable streams, long events)
    {
        var partition = Partitioning.Of(Hash.Of(Encoding.UTF8.GetBytes(Node)), 0, 1);
        var last = "";
        await TestWait.Until(
            async () =>
            {
                try
                {
                    var entry = await new KeyValueBucket(_jetStream, streams.Leases.Name).GetAsync($"p{partition}");
                    last = $"{(entry is null ? "" : Encoding.UTF8.GetString(entry.Value.Span))}\n{await _jetStream.FindStreamAsync(streams.Raw(Node).Name)}\n{await _jetStream.FindStreamAsync(streams.Events.Name)}\n{_collector!.Statistics}";
                    return entry is not null
                        && JsonSerializer.Deserialize(entry.Value.Span, MeshJson.Default.LeaseRecord)!.Nodes.GetValueOrDefault(Node) is { Lost.Count: 0, Judged: [[0, var to]] } && to == events;
                }
                catch (BusException e)
                {
                    last = e.Message;
                    return false;
                }
            },
            $"{events} are judged, none lost",
            90,
            () => $"{last}\n{string.Join('\n', _services.Select(s => s.Log))}");
    }
}
