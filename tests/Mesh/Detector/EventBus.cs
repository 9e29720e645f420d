using System.Text.Json;
using System.Text.Json.Nodes;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.Detector.Silence;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Signatures;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Detector;

/// <summary>A bus of its own on which the test plays the enricher and reads what detectors make of it.</summary>
internal sealed class EventBus : IAsyncDisposable
{
    public const string Node = "node-a";

    private readonly BusConnection _connection;
    private readonly List<DetectorProcess> _detectors = [];
    private readonly long[] _next = new long[Partitioning.Partitions];
    private ulong _sequence;

    private EventBus(NatsServer server, BusConnection connection)
    {
        Server = server;
        _connection = connection;
        JetStream = new JetStream(connection);
    }

    public NatsServer Server { get; }

    public JetStream JetStream { get; }

    public BusConnection Connection => _connection;

    public Subjects Subjects { get; } = new();

    public StreamTable Streams => new(Subjects);

    /// <summary>The partition that frames go to.</summary>
    public int Partition { get; init; } = 3;

    public static async Task<EventBus> StartAsync()
    {
        var server = await NatsServer.StartAsync();
        var bus = new EventBus(server, await BusConnection.ConnectAsync(new BusOptions { Urls = [server.Url] }));
        await bus.JetStream.EnsureStreamAsync(bus.Streams.Events);
        await bus.JetStream.EnsureStreamAsync(bus.Streams.Findings);
        return bus;
    }

    /// <summary>Starts a detector on this bus; it is killed with it at the latest.</summary>
    public DetectorProcess StartDetector(string instance, string assembly = DetectorProcess.Real, params IEnumerable<string> arguments)
    {
        var detector = new DetectorProcess(Server, instance, assembly, arguments);
        _detectors.Add(detector);
        return detector;
    }

    /// <summary>Publishes a frame of ptrace calls, each of which gives one finding. Returns its stream sequence.</summary>
    public async Task<long> PublishAsync(int count, Func<EventFrameHeader, EventFrameHeader>? change = null, Func<Event>? make = null, int? into = null)
    {
        var partition = into ?? Partition;
        var events = new List<Event>();
        for (var i = 0; i < count; i++)
        {
            var e = make?.Invoke() ?? EventMaker.Make("ptrace", ("request", 0));
            e.Context.Sequence = ++_sequence;
            e.Context.Position = 1000 + (long)_sequence;
            events.Add(e);
        }

        var header = EventMaker.Frame with { Partition = partition, FirstOffset = _next[partition], Count = count, Settled = _next[partition], Watermark = 1000 + (long)_sequence };
        header = change?.Invoke(header) ?? header;
        _next[partition] = header.EndOffset;
        return await PublishAsync(FrameMaker.Encode(header, events), $"{header.LoadId:x8}.{partition}.{header.FirstOffset}.{count}", partition);
    }

    /// <summary>Publishes any bytes as a frame.</summary>
    public async Task<long> PublishAsync(byte[] frame, string? id = null, int? into = null) =>
        (await JetStream.PublishAsync(Subjects.Events(Node, into ?? Partition), frame, id, BusHeaders.MessagePack)).OrThrow("events").Sequence;

    /// <summary>Events go on behind a hole.</summary>
    public void Skip(int count) => _next[Partition] += count;

    /// <summary>Waits until the findings stream holds so many that signatures have made, and perhaps that detectors fell silent.</summary>
    public async Task<IReadOnlyList<JsonNode>> FindingsAsync(long count, double seconds = 20)
    {
        IReadOnlyList<JsonNode> found = [];
        await EventuallyAsync(
            async () => (await JetStream.FindStreamAsync(Streams.Findings.Name))?.Messages >= count
                && (found = [.. (await AllFindingsAsync()).Where(f => (string?)f["eventName"] != SilenceAnnouncement.EventName)]).Count >= count,
            $"{count} findings",
            seconds);
        return found;
    }

    /// <summary>All findings there are.</summary>
    public async Task<IReadOnlyList<JsonNode>> AllFindingsAsync()
    {
        var state = (await JetStream.FindStreamAsync(Streams.Findings.Name))!;
        var findings = new List<JsonNode>();
        for (var i = state.FirstSequence; i <= state.LastSequence; i++)
        {
            var message = (await JetStream.GetMessageAsync(Streams.Findings.Name, i))!;
            var json = JsonNode.Parse(message.Payload.Span)!;
            Assert.True(message.Headers.TryGet(BusHeaders.MessageId, out var id));
            Assert.Equal(id, (string?)json["mesh"]!["id"]);
            Assert.True(message.Headers.TryGet(BusHeaders.ContentType, out var type) && type == "application/json");
            findings.Add(json);
        }

        return findings;
    }

    public async Task<LeaseRecord?> LeaseAsync(int partition)
    {
        var entry = await new KeyValueBucket(JetStream, Streams.Leases.Name).GetAsync($"p{partition}");
        return entry is null ? null : JsonSerializer.Deserialize(entry.Value.Span, MeshJson.Default.LeaseRecord);
    }

    public async Task<LeaseRecord> LeaseWhenAsync(Func<LeaseRecord, bool> condition, string what, double seconds = 20)
    {
        LeaseRecord? lease = null;
        await EventuallyAsync(async () => (lease = await LeaseAsync(Partition)) is not null && condition(lease), what, seconds);
        return lease!;
    }

    /// <summary>Waits until one detector owns all partitions.</summary>
    public Task OwnedAsync(string owner, double seconds = 20) => SharedAsync([owner], seconds);

    /// <summary>Waits until these detectors own all partitions, none of them two more than another.</summary>
    public async Task SharedAsync(IReadOnlyCollection<string> owners, double seconds = 20)
    {
        var counts = new Dictionary<string, int>();
        await TestWait.Until(
            async () =>
            {
                counts = owners.ToDictionary(o => o, _ => 0);
                for (var p = 0; p < Partitioning.Partitions; p++)
                {
                    var owner = (await LeaseAsync(p))?.Owner ?? LeaseRecord.Free;
                    counts[owner] = counts.GetValueOrDefault(owner) + 1;
                }

                return counts.Count == owners.Count && counts.Values.Max() - counts.Values.Min() <= 1;
            },
            $"{string.Join(", ", owners)} share the partitions",
            seconds,
            () => $"{string.Join(", ", counts)}\n{string.Join('\n', _detectors.Select(d => d.Log))}");
    }

    /// <summary>Whether a detector has said so.</summary>
    public bool LogContains(string text) => _detectors.Exists(d => d.Log.Contains(text, StringComparison.Ordinal));

    public Task EventuallyAsync(Func<Task<bool>> condition, string what, double seconds = 20) =>
        TestWait.Until(condition, what, seconds, () => string.Join('\n', _detectors.Select(d => d.Log)));

    public async ValueTask DisposeAsync()
    {
        _detectors.ForEach(d => d.Dispose());
        await _connection.DisposeAsync();
        await Server.DisposeAsync();
    }
}
