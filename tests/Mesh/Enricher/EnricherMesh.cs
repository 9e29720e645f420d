using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Containers.Kubernetes;
using TraceeMesh.Enricher.Containers.Runtimes;
using TraceeMesh.Enricher.Enrichment;
using TraceeMesh.MessagePack;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Records;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Enricher;

/// <summary>A real bus with the enricher of one node, and this test in the place of its collector and its detectors.</summary>
internal sealed class EnricherMesh : IAsyncDisposable
{
    private readonly Subjects _subjects = new();
    private readonly BusConnection _bus;
    private BusConnection? _enricherBus;
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private BusRegistration? _collector;
    private int _snapshots;

    private EnricherMesh(NatsServer server, BusConnection bus)
    {
        Server = server;
        _bus = bus;
        JetStream = new JetStream(bus);
        Streams = new StreamTable(_subjects);
    }

    public NatsServer Server { get; }

    /// <summary>The container runtimes of the node.</summary>
    public IReadOnlyList<IContainerRuntime> Runtimes { get; init; } = [];

    /// <summary>The watch on the pods of the node.</summary>
    public PodWatch? Pods { get; init; }

    /// <summary>How long they are waited for.</summary>
    public EnrichmentOptions Options { get; init; } = new();

    /// <summary>What the enricher says of itself.</summary>
    public ServiceHealth Health { get; private set; } = new();

    public BusConnection Bus => _bus;

    public JetStream JetStream { get; }

    public StreamTable Streams { get; }

    public Subjects Subjects => _subjects;

    /// <summary>How often the enricher asked the collector for a snapshot.</summary>
    public int SnapshotsAsked => Volatile.Read(ref _snapshots);

    public static async Task<EnricherMesh> StartAsync(IReadOnlyList<IContainerRuntime>? runtimes = null, EnrichmentOptions? options = null, PodWatch? pods = null)
    {
        var server = await NatsServer.StartAsync();
        var mesh = new EnricherMesh(server, await ConnectAsync(server)) { Runtimes = runtimes ?? [], Options = options ?? new EnrichmentOptions(), Pods = pods };
        await mesh.JetStream.EnsureStreamAsync(mesh.Streams.Raw(RawFrames.Node));
        mesh._collector = mesh._bus.Subscribe(mesh._subjects.Control(RawFrames.Node), message =>
        {
            Interlocked.Increment(ref mesh._snapshots);
            message.Respond(JsonSerializer.SerializeToUtf8Bytes(new ControlReply(true), MeshJson.Default.ControlReply), BusHeaders.Json);
        });
        await mesh.StartEnricherAsync();
        return mesh;
    }

    public async Task StartEnricherAsync()
    {
        _stop = new CancellationTokenSource();
        _enricherBus = await ConnectAsync(Server);
        var health = new ServiceHealth();
        _running = Task.Run(() => new Pipeline(RawFrames.Node, "a", _ => Runtimes, Pods, Options, _enricherBus, _subjects, NullLogger.Instance, new ServiceCounters(), health).RunAsync(_stop.Token));
        Health = health;
        await TestWait.Until(() => health.State != Heartbeat.Starting || _running.IsCompleted, "the enricher reads");
        Assert.False(_running.IsCompleted, $"the enricher ended: {_running.Exception}");
    }

    /// <summary>Ends the enricher without any farewell: nothing is drained, nothing is said.</summary>
    public async Task KillEnricherAsync()
    {
        await _enricherBus!.DisposeAsync();
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async Task<long> SendAsync(RawFrameHeader header, byte[] records) =>
        await SendAsync(RawFrames.Encode(header, records));

    public Task<long> SendAsync(long first, RecordBuilder records, long? settled = null) =>
        SendAsync(RawFrames.Header(first, records.Count, settled), records.Bytes);

    public async Task<long> SendAsync(byte[] message)
    {
        var ack = await JetStream.PublishAsync(_subjects.Raw(RawFrames.Node), message);
        Assert.True(ack.IsStored, $"{ack.Status}");
        return ack.Sequence;
    }

    /// <summary>The books, once the condition holds.</summary>
    public async Task<NodeAccount> AccountAsync(Func<NodeAccount, bool> condition)
    {
        NodeAccount? account = null;
        await TestWait.Until(
            async () =>
            {
                var message = await JetStream.GetLastMessageAsync(Streams.Ledger.Name, _subjects.Ledger(RawFrames.Node));
                account = message is null ? null : JsonSerializer.Deserialize(message.Payload.Span, MeshJson.Default.NodeAccount);
                return account is not null && condition(account);
            },
            "the books are as expected");
        Assert.Equal(account!.Produced + account.Derived - account.Parked, account.Emitted.Values.Sum() + account.Filtered.Values.Sum() + account.Lost.Values.Sum());
        return account;
    }

    /// <summary>All event frames in the stream once they hold so many events: the books close when frames are cut, which are stored a moment later.</summary>
    public async Task<List<(EventFrameHeader Header, List<(int Id, long Position, string Container)> Events)>> EventFramesAsync(long events)
    {
        List<(EventFrameHeader Header, List<(int Id, long Position, string Container)> Events)> frames = [];
        await TestWait.Until(async () => (frames = await EventFramesAsync()).Sum(f => f.Events.Count) >= events, "the event frames are stored");
        return frames;
    }

    /// <summary>All event frames in the stream.</summary>
    public async Task<List<(EventFrameHeader Header, List<(int Id, long Position, string Container)> Events)>> EventFramesAsync()
    {
        var frames = new List<(EventFrameHeader, List<(int, long, string)>)>();
        var state = await JetStream.FindStreamAsync(Streams.Events.Name);
        for (var sequence = state!.FirstSequence; sequence <= state.LastSequence; sequence++)
        {
            var message = await JetStream.GetMessageAsync(Streams.Events.Name, sequence);
            Assert.Equal(FrameStatus.Ok, EventFrameCodec.TryRead(message!.Payload, out var header, out var cursor));
            var events = new List<(int, long, string)>();
            var e = new Event();
            while (cursor.TryRead(e) == FrameStatus.Ok)
            {
                events.Add((e.Context.EventId, e.Context.Position, e.Context.ContainerId.ToString()));
            }

            frames.Add((header, events));
        }

        return frames;
    }

    /// <summary>The exec events in the stream, each an object of its own, once there are so many.</summary>
    public async Task<List<Event>> ExecsAsync(int count)
    {
        var execs = new List<Event>();
        await TestWait.Until(
            async () =>
            {
                execs.Clear();
                var state = await JetStream.FindStreamAsync(Streams.Events.Name);
                for (var sequence = state!.FirstSequence; sequence <= state.LastSequence; sequence++)
                {
                    var frame = await JetStream.GetMessageAsync(Streams.Events.Name, sequence);
                    Assert.Equal(FrameStatus.Ok, EventFrameCodec.TryRead(frame!.Payload, out _, out var events));
                    for (var e = new Event(); events.TryRead(e) == FrameStatus.Ok; e = new Event())
                    {
                        if (e.Context.EventId == EventIds.SchedProcessExec)
                        {
                            execs.Add(e);
                        }
                    }
                }

                return execs.Count == count;
            },
            "the event frames are stored");
        return execs;
    }

    public async Task<LookupReply> LookUpAsync(LookupRequest request)
    {
        using var writer = new MessagePackWriter();
        LookupCodec.WriteRequest(writer, request);
        using var reply = await _bus.RequestMessageAsync(_subjects.Lookup("tracee", "containers", RawFrames.Node), writer.WrittenMemory, TimeSpan.FromSeconds(10));
        Assert.Equal(FrameStatus.Ok, LookupCodec.TryReadReply(reply.Payload, out var answer));
        return answer;
    }

    public async ValueTask DisposeAsync()
    {
        await KillEnricherAsync();
        _collector?.Dispose();
        await _bus.DisposeAsync();
        await Server.DisposeAsync();
    }

    private static Task<BusConnection> ConnectAsync(NatsServer server) =>
        BusConnection.ConnectAsync(new BusOptions { Urls = [server.Url], ReconnectWait = TimeSpan.FromMilliseconds(50) });
}
