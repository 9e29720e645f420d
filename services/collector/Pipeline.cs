using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using TraceeMesh.Bus;
using TraceeMesh.Collector.Consumers;
using TraceeMesh.Collector.Framing;
using TraceeMesh.Collector.Kernel;
using TraceeMesh.Collector.Requests;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Contracts.Records;
using TraceeMesh.ServiceDefaults;

namespace TraceeMesh.Collector;

/// <summary>
/// The main flow of the collector:
/// 1. load the programs and attach what this kernel lets attach; 2. make sure of the node's raw stream; 3. switch on what the
/// stores need and tell what exists already; 4. follow what consumers want; 5. answer requests; 6. drain the ring into frames,
/// every millisecond; 7. when told to stop: silence the programs, take the rest, close the books.
/// </summary>
public sealed class Pipeline : IDisposable
{
    private static readonly TimeSpan SelectionInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(3);

    private readonly MeshHost _host;
    private readonly KernelPrograms _kernel;
    private readonly SelectionWatch _selection;
    private readonly int _spread;
    private readonly uint _loadId = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint)));
    private bool _snapshotAsked;

    private Pipeline(MeshHost host, KernelPrograms kernel)
    {
        _host = host;
        _kernel = kernel;
        _spread = Spread(host.Options.Configuration["SPREAD"]);
        _selection = new SelectionWatch(new SelectedEvents(host.Time));
    }

    /// <summary>Runs until cancelled.</summary>
    public static async Task RunAsync(MeshHost host, CancellationToken cancellation)
    {
        // 1. Programs.
        using var kernel = LoadPrograms(host);
        using var pipeline = new Pipeline(host, kernel);
        await pipeline.RunAsync(cancellation);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _kernel.Switches.Apply(new EventSet(), environment: false);
        _host.Counters.Freeze();
    }

    private static KernelPrograms LoadPrograms(MeshHost host)
    {
        try
        {
            var kernel = KernelPrograms.Load(new KernelOptions { RingBytes = RingBytes(host.Options.Configuration["RING_BYTES"]) });
            foreach (var program in kernel.Report.Programs)
            {
                host.Log.Log(program.Failure is null ? LogLevel.Information : LogLevel.Warning, "program {Name}: {State}", program.Name, program.Failure ?? "works");
            }

            host.Health.UnavailableEvents = kernel.Report.UnavailableEvents;
            return kernel;
        }
        catch (KernelUnavailableException e)
        {
            throw new ServiceExitException(ExitCodeOf(e.Reason), e.Message);
        }
    }

    private static uint RingBytes(string? text)
    {
        if (text is null)
        {
            return KernelOptions.DefaultRingBytes;
        }

        return uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes >= Environment.SystemPageSize && BitOperations.IsPow2(bytes)
            ? bytes
            : throw new ServiceExitException(ExitCode.Usage, $"--ring-bytes {text}: a ring's size is a power of two, one page ({Environment.SystemPageSize}) at least");
    }

    private static int Spread(string? text)
    {
        if (text is null)
        {
            return 1;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var spread) && spread is >= 1 and <= Partitioning.Partitions && BitOperations.IsPow2(spread)
            ? spread
            : throw new ServiceExitException(ExitCode.Usage, $"--spread {text}: the events of a node go to 1, 2, 4, 8 or {Partitioning.Partitions} partitions");
    }

    private static int ExitCodeOf(KernelUnavailableReason reason) => reason switch
    {
        KernelUnavailableReason.NoBtf => ExitCode.NoBtf,
        KernelUnavailableReason.NoPrivilege => ExitCode.NoPrivilege,
        KernelUnavailableReason.NoLibBpf => ExitCode.MissingDependency,
        _ => ExitCode.KernelRefused,
    };

    private async Task RunAsync(CancellationToken cancellation)
    {
        // 2. The raw stream.
        var jetStream = new JetStream(_host.Bus);
        var stream = _host.Streams.Raw(_host.Options.Node);
        await jetStream.EnsureStreamAsync(stream, cancellation);
        await using var publisher = new FramePublisher(
            _host.Bus,
            new FramePublisherOptions(stream.Name),
            ensure => jetStream.EnsureStreamAsync(stream, ensure));
        using var drain = new RingDrain(_kernel, publisher, Template(), _host.Subjects.Raw(_host.Options.Node), _host.Time);
        Count(drain, publisher);

        // 3. What exists already: the stores' events first, so that nothing falls between them and the snapshot.
        _kernel.Switches.AddOwnProcess(Environment.ProcessId);
        Switch(SelectedEvents.StoreNeeds, environment: false, FilterPlan.None);
        await SnapshotAsync(drain, new EventSet(), cancellation);

        // 4. What consumers want.
        var bucket = await jetStream.EnsureBucketAsync(_host.Streams.Selection, cancellation);
        var watching = _selection.RunAsync(bucket, cancellation);

        // 5. Requests.
        var endpoint = new ControlEndpoint
        {
            Cut = () => new LedgerCut(_loadId.ToString("x8", CultureInfo.InvariantCulture), drain.Produced),
            Snapshot = () => Volatile.Write(ref _snapshotAsked, true),
            Ignore = pid => _kernel.Switches.AddOwnProcess(pid) ? null : $"process {pid} cannot be left out: the table of own processes is full",
        };
        using var requests = _host.Bus.Subscribe(_host.Subjects.Control(_host.Options.Node), endpoint.Answer);

        // 6. The ring.
        _host.Health.Ready();
        try
        {
            await DrainUntilCancelledAsync(drain, cancellation);
            await watching;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // 7. The end.
            await CloseAsync(drain);
        }
    }

    private async Task DrainUntilCancelledAsync(RingDrain drain, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(RingDrain.Interval, _host.Time);
        var wanted = WantedEvents.Nothing;
        var looked = 0L;
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            if (_host.Time.GetElapsedTime(looked) >= SelectionInterval)
            {
                looked = _host.Time.GetTimestamp();
                var union = _selection.Union();
                if (!union.Equals(wanted))
                {
                    wanted = union;
                    var on = new EventSet();
                    on.UnionWith(SelectedEvents.StoreNeeds);
                    on.UnionWith(wanted.Events);
                    Switch(on, wanted.Environment, wanted.Plan);
                }
            }

            await drain.DrainAsync(wanted.Events, cancellation);
            if (Volatile.Read(ref _snapshotAsked))
            {
                Volatile.Write(ref _snapshotAsked, false);
                await SnapshotAsync(drain, wanted.Events, cancellation);
            }
        }
    }

    private void Switch(EventSet events, bool environment, FilterPlan plan)
    {
        if (_kernel.Switches.Apply(events, environment, plan) is { } failure)
        {
            _host.Log.LogError("some wanted events are not seen: {Failure}", failure);
        }
    }

    // The iterator writes into the ring that this very loop drains, so it runs beside it.
    private async Task SnapshotAsync(RingDrain drain, EventSet wanted, CancellationToken cancellation)
    {
        await drain.SnapshotCgroupsAsync(cancellation);
        var processes = Task.Run(_kernel.Snapshot.Run, cancellation);
        using var timer = new PeriodicTimer(RingDrain.Interval, _host.Time);
        while (!processes.IsCompleted)
        {
            await drain.DrainAsync(wanted, cancellation);
            await timer.WaitForNextTickAsync(cancellation);
        }

        try
        {
            await processes;
        }
        catch (IOException e)
        {
            _host.Log.LogError("{Message} Processes that run already stay unknown until they act.", e.Message);
        }

        if (drain.CgroupsOmitted > 0)
        {
            _host.Log.LogWarning("{Omitted} cgroups are not in the snapshot: it tells of at most {Max}", drain.CgroupsOmitted, Snapshot.CgroupSnapshot.DirectoriesMax);
        }
    }

    private async Task CloseAsync(RingDrain drain)
    {
        _kernel.Switches.Apply(new EventSet(), environment: false);
        using var patience = new CancellationTokenSource(CloseTimeout, _host.Time);
        try
        {
            await drain.FinishAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _host.Log.LogError("the bus did not take the last frames within {Seconds} s; what they held is lost, and the ledger will say that this load was not closed", CloseTimeout.TotalSeconds);
        }
    }

    private RawFrameHeader Template() => new()
    {
        Node = _host.Options.Node,
        BootId = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(),
        LoadId = _loadId,
        FirstOffset = 0,
        Count = 0,
        Settled = 0,
        BootEpoch = 0,
        Selected = new EventSet(),
        HostName = Environment.MachineName,
        Spread = _spread,
    };

    private void Count(RingDrain drain, FramePublisher publisher)
    {
        var accounts = _kernel.Accounts;
        _host.Counters.Counter("collector_produced", "Records the kernel side produced, dropped ones included", () => drain.Produced);
        _host.Counters.Counter("collector_ring_full", "Records dropped because the ring was full", () => (long)accounts.Dropped(DropReason.RingFull));
        _host.Counters.Counter("collector_not_drained", "Records not written because nobody drained the ring", () => (long)accounts.Dropped(DropReason.NotDrained));
        _host.Counters.Counter("collector_no_scratch", "Records dropped because no scratch record was free", () => (long)accounts.Dropped(DropReason.NoScratch));
        foreach (var definition in EventCatalog.All.Where(d => d.Id < RecordLimits.EventIdLimit && d.Unavailable is null && !SystemCallTable.IsSystemCall(d.Id)))
        {
            _host.Counters.Counter($"collector_dropped_{definition.Name}", $"Records of {definition.Name} dropped for any reason", () => (long)accounts.DroppedOf(definition.Id));
        }

        _host.Counters.Counter("collector_dropped_system_calls", "Records of system calls by their names dropped for any reason", () => (long)SystemCallTable.Events.Aggregate(0UL, (sum, e) => sum + accounts.DroppedOf(e.Id)));
        _host.Counters.Counter("collector_own_process", "Events of the mesh's own processes, not recorded", () => (long)accounts.OwnProcess());
        _host.Counters.Counter("collector_switched_off", "Events that reached a program while they were off", () => (long)accounts.SwitchedOff());
        _host.Counters.Counter("collector_filtered_out", "Events that no consumer's filter let through", () => (long)accounts.FilteredOut());
        foreach (var kind in Enum.GetValues<Remembered>())
        {
            var name = kind.ToString().ToLowerInvariant();
            _host.Counters.Counter($"collector_forgotten_{name}", $"Remembered {name} that made room for others, so that what they would have told is not told", () => accounts.Forgotten(kind));
        }

        _host.Counters.Counter("collector_frames", "Raw frames", () => drain.Frames);
        _host.Counters.Counter("collector_frames_resent", "Raw frames sent again", () => publisher.Statistics.Resent);
        _host.Counters.Gauge("collector_ring_bytes", "Bytes in the ring, not yet released", () => _kernel.Ring.Occupied);
    }
}
