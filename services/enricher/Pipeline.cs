using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Enricher.Accounting;
using TraceeMesh.Enricher.Containers.Kubernetes;
using TraceeMesh.Enricher.Containers.Runtimes;
using TraceeMesh.Enricher.Cutting;
using TraceeMesh.Enricher.Deriving;
using TraceeMesh.Enricher.Dns;
using TraceeMesh.Enricher.Enrichment;
using TraceeMesh.Enricher.Input;
using TraceeMesh.Enricher.Lookups;
using TraceeMesh.Enricher.Parking;
using TraceeMesh.MessagePack;
using TraceeMesh.ServiceDefaults;

namespace TraceeMesh.Enricher;

/// <summary>
/// The main flow of the enricher. One node, one enricher:
/// <list type="number">
/// <item>find out where the enricher before this one ended (<see cref="ResumeReader"/>);</item>
/// <item>answer lookups, ask runtimes about containers (<see cref="ContainerEnrichment"/>) and the API server about pods
/// (<see cref="PodWatch"/>), publish the books, and ask the collector for a fresh snapshot, beside the flow;</item>
/// <item>read the raw frames of the node, from the beginning of their stream (<see cref="RawReader"/>);</item>
/// <item>read the frame's header; one that cannot be read is a dead letter (<see cref="DeadLetters"/>);</item>
/// <item>bring frames into order and name what is missing (<see cref="FrameOrder"/>); decode records into the stores and into
/// events (<see cref="Decoding.FrameDecoder"/>), those of a container that its runtime has not told about yet into the parking lot
/// (<see cref="Parking.ParkingLot"/>); enter them in the books (<see cref="NodeBooks"/>); cut event frames, one for each partition
/// (<see cref="FrameCutter"/>);</item>
/// <item>tell caches what changed (<see cref="ChangePublisher"/>), store derived events as JSON, then publish the event frames, in
/// order, until each is acknowledged (<see cref="FramePublisher"/>).</item>
/// </list>
/// </summary>
/// <param name="node">Name of the node.</param>
/// <param name="runtimes">The container runtimes that may know a container of a kind.</param>
/// <param name="pods">The watch on the node's pods; null without an API server.</param>
/// <param name="options">How long they are waited for.</param>
/// <param name="instance">Name of this instance.</param>
/// <param name="bus">The bus.</param>
/// <param name="subjects">The subjects in force.</param>
/// <param name="log">The log.</param>
/// <param name="counters">Where it counts.</param>
/// <param name="health">Where it says how it is.</param>
/// <param name="domain">The JetStream domain of what the mesh shares, where <paramref name="bus"/> is a leaf node; raw frames stay with the leaf.</param>
public sealed class Pipeline(
    string node,
    string instance,
    Func<ContainerRuntime, IReadOnlyList<IContainerRuntime>> runtimes,
    PodWatch? pods,
    EnrichmentOptions options,
    BusConnection bus,
    Subjects subjects,
    ILogger log,
    ServiceCounters counters,
    ServiceHealth health,
    string? domain = null)
{
    /// <summary>Name of the service.</summary>
    public const string ServiceName = "enricher";

    // Whoever hears that this service reads may ask it: by then the server knows of its subscriptions.
    private static readonly TimeSpan RegisterTimeout = TimeSpan.FromSeconds(5);

    // What the last books may take when the service ends; an enricher that starts needs them only where the bus forgot the rest.
    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(1);

    // What an API server that hangs may cost a start. One that answers is a few milliseconds away, and what it says then is in
    // what is told of the containers that exist.
    private static readonly TimeSpan PodsPatience = TimeSpan.FromSeconds(1);

    private readonly JetStream _leaf = new(bus, new JetStreamOptions { StaysOnNode = true, Replicas = domain is null ? null : 1 });
    private readonly JetStream _jetStream = new(bus, new JetStreamOptions { Domain = domain });
    private readonly StreamTable _streams = new(subjects);
    private readonly NodeStores _stores = new();
    private readonly List<INodeSource> _sources = [];
    private long _fillTo;
    private long _lastSequence;
    private bool _isFilled;
    private readonly ConcurrentQueue<(int Partition, uint LoadId, long End)> _unsettled = new();
    private readonly List<CutFrame> _cut = [];
    private readonly ServiceCounter _frames = counters.Counter("raw_frames", "Raw frames read");
    private readonly ServiceCounter _badFrames = counters.Counter("raw_frames_bad", "Raw frames that could not be read");
    private readonly ServiceCounter _badRecords = counters.Counter("records_bad", "Records that could not be read");
    private readonly ServiceCounter _lifecycleEvents = counters.Counter("lifecycle_events", "Derived events published as JSON");
    private readonly ServiceCounter _eventFrames = counters.Counter("event_frames", "Event frames published");

    /// <summary>The pipeline of a host.</summary>
    public Pipeline(MeshHost host, Func<ContainerRuntime, IReadOnlyList<IContainerRuntime>> runtimes, PodWatch? pods)
        : this(host.Options.Node, host.Options.Instance, runtimes, pods, EnrichmentOptions.From(host.Options), host.Bus, host.Subjects, host.Log, host.Counters, host.Health, host.Options.NatsDomain)
    {
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await _leaf.EnsureStreamAsync(_streams.Raw(node), cancellation);
        foreach (var stream in (StreamDefinition[])[_streams.Events, _streams.Lifecycle, _streams.Ledger, _streams.Dead])
        {
            await _jetStream.WhenReachedAsync(
                () => _jetStream.EnsureStreamAsync(stream, cancellation),
                e => log.LogWarning("the hub is waited for, the leaf keeps the raw frames: {Message}", e.Message),
                cancellation);
        }


        _sources.AddRange([new ContainersSource(_stores), new ProcessTreeSource(_stores), new DnsSource(_stores, bus.Time)]);
        _stores.DnsPackets.OnUnreadable = new DnsUnreadableLog(log, bus.Time).Note;
        var changes = new ChangePublisher(bus, subjects, node, _stores, _sources);
        var dead = new DeadLetters(_jetStream, subjects.Dead(ServiceName, node), log, counters);
        await using var enrichment = new ContainerEnrichment(runtimes, options.Timeout, bus.Time, log, counters);
        using var parking = new ParkingLot(bus.Time, options.MaxWait, options.MaxEvents);
        using var cutter = await ResumeAsync(parking, enrichment, dead, cancellation); // 1
        await using var lifecycle = new FramePublisher(
            bus,
            new FramePublisherOptions(_streams.Lifecycle.Name) { Domain = domain, Headers = BusHeaders.Json },
            c => _jetStream.EnsureStreamAsync(_streams.Lifecycle, c));
        await using var publisher = new FramePublisher(
            bus,
            new FramePublisherOptions(_streams.Events.Name) { Domain = domain },
            c => _jetStream.EnsureStreamAsync(_streams.Events, c),
            (_, _) => Settle(cutter));
        await using var reader = new RawReader(_leaf, _streams.Raw(node), log);
        _fillTo = (await _leaf.FindStreamAsync(_streams.Raw(node).Name, cancellation))?.LastSequence ?? 0;
        Count(cutter, publisher, reader);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var ledger = new LedgerPublisher(_jetStream, subjects.Ledger(node), cutter.Books, log);
        Task[] beside = [.. Beside(ledger, dead, stop.Token)]; // 2
        await bus.FlushAsync(RegisterTimeout, cancellation);
        health.Degraded($"its stores are being filled: it reads what the bus has kept and waits for the snapshot of {node}'s collector");
        Task[] flows = [.. beside, ReadAsync(reader, cutter, enrichment, new Publishers(publisher, lifecycle, changes), dead, stop.Token)];
        try
        {
            await await Task.WhenAny(flows);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(flows).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            using var farewell = new CancellationTokenSource(FarewellTimeout, bus.Time);
            await ledger.PublishAsync(farewell.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<FrameCutter> ResumeAsync(ParkingLot parking, ContainerEnrichment enrichment, DeadLetters dead, CancellationToken cancellation)
    {
        var resume = new ResumeReader(_jetStream, _leaf, node, subjects, _streams, log);
        var account = await resume.ReadAccountAsync(cancellation);
        var series = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint)));
        var point = await resume.ReadFramesAsync(cancellation) ?? ResumePoint.From(account, series);
        if (!Mechanisms.ResumeFromStoredFrames && point is not null)
        {
            point = point with { Watermark = await resume.ReadEndAsync(cancellation) };
        }

        var latest = point is not null && await resume.ReadLastLoadAsync(cancellation) == point.LoadId;
        var cutter = new FrameCutter(node, _stores, parking, enrichment, point, latest, (offset, status, bytes) =>
        {
            _badRecords.Add();
            dead.Add(bytes, $"record at offset {offset} of {node} could not be read: {status}");
        })
        {
            Pods = pods?.Pods ?? new PodTable(),
            Series = series,
        };
        if (account is not null)
        {
            cutter.Books.Restore(account);
        }

        if (point is not null)
        {
            log.LogInformation("event frames of load {Load} are stored up to offset {Watermark}; goes on from there", NodeBooks.Name(point.LoadId), point.Watermark);
        }

        return cutter;
    }

    private IEnumerable<Task> Beside(LedgerPublisher ledger, DeadLetters dead, CancellationToken cancellation)
    {
        var lookups = new LookupCounters(counters);
        foreach (var source in _sources)
        {
            yield return RunRegisteredAsync(new LookupService(bus, subjects, node, new NodeLookups(node, _stores, source), log, lookups), cancellation);
        }

        yield return ledger.RunAsync(cancellation);
        yield return dead.RunAsync(cancellation);
        yield return AskForSnapshotAsync(cancellation);
        if (pods is not null)
        {
            yield return pods.RunAsync(cancellation);
        }
    }

    private async Task RunRegisteredAsync(LookupService lookups, CancellationToken cancellation)
    {
        var source = lookups.Source;
        using var registration = new MicroService(
            bus,
            $"{Subjects.Safe(instance)}-{source.Id}",
            source.Text,
            [
                new("namespace", SourceDescription.Namespace),
                new("id", source.Id),
                new("version", $"{SourceDescription.Version}"),
                new("scope", "node"),
                new("node", node),
                new("writable", "false"),
                new("keys", source.Keys),
                new("values", "map"),
                new("schema", source.Schema),
            ],
            lookups.Endpoints);
        await lookups.RunAsync(cancellation);
    }

    private async Task AskForSnapshotAsync(CancellationToken cancellation)
    {
        await SnapshotRequest.RunAsync(bus, subjects.Control(node), log, cancellation);
        await Task.Delay(Timeout.InfiniteTimeSpan, bus.Time, cancellation);
    }

    private async Task ReadAsync(
        RawReader reader,
        FrameCutter cutter,
        ContainerEnrichment enrichment,
        Publishers publishers,
        DeadLetters dead,
        CancellationToken cancellation)
    {
        await ListPodsAsync(cancellation);
        var reading = reader.ReadAsync(cancellation).AsTask();
        while (true)
        {
            if (!reading.IsCompleted && !await IsReadBeforeReleaseAsync(reading, cutter, enrichment, cancellation))
            {
                cutter.Release(_cut); // 5, of what has waited
                await PublishAsync(cutter, publishers, cancellation);
                continue;
            }

            var (message, gap) = await reading; // 3
            var sequence = message.Metadata.StreamSequence;
            Take(message, gap, cutter, dead);
            SayWhetherFilled(sequence);
            publishers.Changes.Publish();
            await PublishAsync(cutter, publishers, cancellation); // 6
            reading = reader.ReadAsync(cancellation).AsTask();
        }
    }

    // Ready means that whoever asks is told of everything that lives: all that the stream held at the start is applied, and a
    // whole snapshot with it.
    private void SayWhetherFilled(long sequence)
    {
        // Numbers that begin anew are those of another stream: what the first one held is gone.
        _fillTo = sequence < _lastSequence ? 0 : _fillTo;
        _lastSequence = sequence;
        if (_isFilled || sequence < _fillTo || !_stores.Containers.Complete || !_stores.Processes.IsComplete)
        {
            return;
        }

        _isFilled = true;
        health.Ready();
        log.LogInformation("the stores are filled; the history of containers is complete from position {Containers} of its load, that of processes from {Processes}", _stores.Containers.HistoryFrom.Offset, _stores.Processes.HistoryFrom.ToStorePosition().Offset);
    }

    private async Task ListPodsAsync(CancellationToken cancellation)
    {
        if (pods is not null)
        {
            await pods.Tried.WaitAsync(PodsPatience, bus.Time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Between two raw frames a runtime may answer, and the time of those that wait may be up.
    private async Task<bool> IsReadBeforeReleaseAsync(Task reading, FrameCutter cutter, ContainerEnrichment enrichment, CancellationToken cancellation)
    {
        if (cutter.Parking.NextDue is not { } due)
        {
            return await Task.WhenAny(reading, enrichment.Answered) == reading;
        }

        using var waited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var first = await Task.WhenAny(reading, enrichment.Answered, Task.Delay(due, bus.Time, waited.Token));
        await waited.CancelAsync();
        return first == reading;
    }

    private void Take(JetStreamMessage message, string? gap, FrameCutter cutter, DeadLetters dead)
    {
        _frames.Add();
        var status = RawFrameCodec.TryRead(message.PayloadMemory, out var header, out var records); // 4
        if (status == FrameStatus.Ok && header.Node != node)
        {
            status = FrameStatus.BadHeader;
        }

        if (status != FrameStatus.Ok)
        {
            _badFrames.Add();
            dead.Add(message.Payload, $"raw frame {message.Metadata.StreamSequence} of {node} could not be read: {status}");
            message.Dispose();
            cutter.UnreadableFrame();
            return;
        }

        cutter.Take(new RawFrame(header, records, message, gap) { Span = Follow(message, header) }, _cut); // 5
    }

    private static Activity? Follow(JetStreamMessage message, RawFrameHeader header)
    {
        var span = MeshTrace.Follow(SpanNames.Enrich, ActivityKind.Consumer, message.Headers);

        // It ends where the frame is cut, which may be in another turn of the loop.
        if (span is not null)
        {
            Activity.Current = null;
            span.SetTag(SpanTags.Node, header.Node).SetTag(SpanTags.Load, NodeBooks.Name(header.LoadId)).SetTag(SpanTags.Offset, header.FirstOffset);
        }

        return span;
    }

    private async ValueTask PublishAsync(FrameCutter cutter, Publishers publishers, CancellationToken cancellation)
    {
        if (cutter.Lifecycle.Count > 0)
        {
            await PublishAsync(cutter.Lifecycle, publishers.Lifecycle, cancellation);
        }

        foreach (var frame in _cut)
        {
            _unsettled.Enqueue((frame.Partition, frame.LoadId, frame.EndOffset));
            await publishers.Events.EnqueueAsync(
                new OutgoingFrame(subjects.Events(node, frame.Partition), frame.MessageId, frame.Buffer, frame.Length, frame.FirstOffset, frame.EndOffset, frame.TraceParent),
                cancellation);
            _eventFrames.Add();
        }

        _cut.Clear();
    }

    // Stored before the frames that say they are told: whoever goes on from those frames does not tell them again.
    private async ValueTask PublishAsync(List<LifecycleMessage> messages, FramePublisher lifecycle, CancellationToken cancellation)
    {
        foreach (var message in messages)
        {
            await lifecycle.EnqueueAsync(
                new OutgoingFrame(subjects.Lifecycle(message.EventName, node), message.MessageId, message.Buffer, message.Length, 0, 0),
                cancellation);
            _lifecycleEvents.Add();
        }

        messages.Clear();
        await lifecycle.DrainAsync(cancellation);
    }

    // Frames are settled in the order in which they were enqueued.
    private void Settle(FrameCutter cutter)
    {
        if (_unsettled.TryDequeue(out var frame))
        {
            cutter.Settle(frame.Partition, frame.LoadId, frame.End);
        }
    }

    private void Count(FrameCutter cutter, FramePublisher publisher, RawReader reader)
    {
        counters.Counter("raw_frames_repeated", "Raw frames that came more than once", () => cutter.Repeated);
        counters.Counter("raw_frames_stale", "Raw frames of a load that another one has followed", () => cutter.Stale);
        counters.Gauge("raw_frames_waiting", "Raw frames that wait for one before them", () => cutter.Waiting);
        counters.Counter("raw_reader_restarts", "How often reading the raw stream began anew", () => reader.Restarts);
        counters.Counter("event_frames_resent", "Event frames sent again", () => publisher.Statistics.Resent);
        counters.Gauge("event_frames_unsettled", "Event frames not acknowledged", () => publisher.Statistics.WaitingFrames);
        counters.Gauge("events_parked", "Events that wait for their container's runtime", () => cutter.Parking.Count);
        counters.Counter("parking_timed_out", "Containers whose events went on because their runtime had not answered in time", () => cutter.Parking.TimedOut);
        counters.Counter("parking_overflowed", "Containers whose events went on to make room", () => cutter.Parking.Overflowed);
        counters.Gauge("containers", "Directories of containers kept", () => _stores.Containers.Count);
        counters.Counter("containers_evicted", "Removed containers forgotten before their time", () => _stores.Containers.Evicted);
        counters.Counter("containers_refused", "Directories of containers not taken in for lack of room", () => _stores.Containers.Refused);
        counters.Gauge("container_label_bytes", "Memory that labels of containers take", () => _stores.Containers.Labels.Used);
        counters.Counter("container_labels_refused", "Containers whose labels were not kept for lack of room", () => _stores.Containers.Labels.Refused);
        CountBooks(cutter.Books);
        CountPods();
        CountDns();
        counters.Gauge("processes", "Processes kept", () => _stores.Processes.Count);
        counters.Gauge("threads", "Threads kept", () => _stores.Processes.ThreadCount);
        counters.Gauge("process_facts", "Facts kept of what changed in processes and threads", () => _stores.Processes.FactCount);
        counters.Gauge("process_text_bytes", "Bytes of paths, command lines and container ids of processes", () => _stores.Processes.TextBytes);
        counters.Counter("processes_evicted_dead", "Dead processes that made room for others before their time", () => _stores.Processes.EvictedDead);
        counters.Counter("processes_evicted_living", "Living processes that made room for others", () => _stores.Processes.EvictedLiving);
        counters.Counter("threads_evicted", "Dead threads that made room for others before their time", () => _stores.Processes.EvictedThreads);
        counters.Counter("process_facts_dropped", "Facts and texts of processes not kept for lack of room", () => _stores.Processes.FactsDropped);
        counters.Counter("process_id_collisions", "Processes and threads that had the id of another one, and were given one of their own", () => _stores.Processes.Collisions);
    }

    // The books of the current load; they begin anew with each, as a counter may.
    private void CountBooks(NodeBooks books)
    {
        counters.Counter("ledger_produced", "Records of the current load that are accounted for: judged, filtered, lost or waiting", () => books.Produced);
        counters.Counter("ledger_derived", "Events made from others", () => books.Totals().Derived);
        counters.Counter("ledger_emitted", "Events handed to detectors", () => books.Totals().Emitted);
        counters.Gauge("ledger_parked", "Events that wait for their container, as the books have it", () => books.Totals().Parked);
        counters.CounterOfEach("ledger_filtered", "Events rightly not judged, by the rule", "rule", () => books.Totals().Filtered);
        counters.CounterOfEach("ledger_lost", "Events lost, by the reason", "reason", () => books.Totals().Lost);
    }

    private void CountPods()
    {
        if (pods is null)
        {
            return;
        }

        counters.Gauge("pods", "Pods of the node kept", () => pods.Pods.Count);
        counters.Counter("pods_refused", "Pods not kept for lack of room", () => pods.Pods.Refused);
        counters.Gauge("pod_label_bytes", "Memory that labels of pods take", () => pods.Pods.Labels.Used);
        counters.Counter("pod_labels_refused", "Pods whose labels were not kept for lack of room", () => pods.Pods.Labels.Refused);
        counters.Counter("pod_lists", "Lists of pods read whole", () => pods.Lists);
        counters.Counter("pod_watches", "Watches on pods begun", () => pods.Watches);
        counters.Counter("pod_failures", "Lists and watches of pods that failed", () => pods.Failures);
        counters.Counter("pod_bad_objects", "Pods and lines of a watch that could not be read", () => pods.BadObjects);
    }

    private void CountDns()
    {
        counters.Gauge("dns_nodes", "Names and addresses kept", () => _stores.Dns.Count);
        counters.Gauge("dns_links", "Links between names and addresses kept", () => _stores.Dns.Edges);
        counters.Counter("dns_nodes_evicted", "Names and addresses that made room for others while they could be asked for", () => _stores.Dns.Evicted);
        counters.Counter("dns_links_evicted", "Links that made room for others of the same name or address while they could be asked for", () => _stores.Dns.EvictedEdges);
        counters.Counter("dns_messages", "DNS messages read", () => _stores.DnsPackets.Messages);
        counters.Counter("dns_messages_bad", "DNS messages that could not be read, or not whole", () => _stores.DnsPackets.Unreadable);
    }

    private readonly record struct Publishers(FramePublisher Events, FramePublisher Lifecycle, ChangePublisher Changes);
}
