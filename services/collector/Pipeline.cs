using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
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
using TraceeMesh.ServiceDefaults.Configuration;

namespace TraceeMesh.Collector;

/// <summary>
/// The main flow of the collector:
/// 1. go on with the programs that a collector before this one left pinned, or load them, attach what this kernel lets attach and
/// pin it; 2. make sure of the node's raw stream, and end what cannot be gone on with; 3. switch on what the stores need and tell
/// what exists already; 4. follow what consumers want; 5. answer requests; 6. drain the ring into frames, every millisecond;
/// 7. when told to stop: silence the programs, take the rest, close the books, unpin; or leave all of it to the next collector.
/// </summary>
public sealed class Pipeline : IDisposable
{
    private static readonly TimeSpan SelectionInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(3);

    private readonly MeshHost _host;
    private readonly KernelPrograms _kernel;
    private readonly SelectionWatch _selection;
    private readonly int _spread;
    private readonly bool _handsOver;
    private readonly Succession _succession;
    private readonly bool _isAdopted;
    private readonly uint _loadId;
    private bool _snapshotAsked;

    private Pipeline(MeshHost host, KernelPrograms kernel, Succession succession)
    {
        _host = host;
        _kernel = kernel;
        _succession = succession;
        _isAdopted = succession.Adopted is not null;
        _loadId = kernel.Memory.Journal.LoadId;
        _handsOver = host.Options.Get(MeshSettings.OnStop) == "leave";
        _spread = host.Options.Get(MeshSettings.Spread);
        _selection = new SelectionWatch(new SelectedEvents(host.Time));
    }

    /// <summary>Runs until cancelled.</summary>
    public static async Task RunAsync(MeshHost host, CancellationToken cancellation)
    {
        // 1. Programs.
        var owner = SHA256.HashData(Encoding.UTF8.GetBytes(host.Options.NatsUrl));
        var options = new KernelOptions { RingBytes = host.Options.Get(MeshSettings.RingBytes), ShedAbove = host.Options.Get(MeshSettings.ShedAbove), Owner = owner };
        var succession = Succession.Find(PinDirectory.DefaultRoot, Subjects.Safe(host.Options.Node), KernelPrograms.BuildOf(options), owner, host.Log);
        using var kernel = LoadPrograms(host, options, succession);
        using var pipeline = new Pipeline(host, kernel, succession);
        await pipeline.RunAsync(cancellation);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_kernel.IsPinned)
        {
            _kernel.Switches.Apply(new EventSet(), environment: false);
        }

        _host.Counters.Freeze();
    }

    private static KernelPrograms LoadPrograms(MeshHost host, KernelOptions options, Succession succession)
    {
        try
        {
            var kernel = GoOn(host, options, succession) ?? LoadAnew(host, options);
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

    private static KernelPrograms? GoOn(MeshHost host, KernelOptions options, Succession succession)
    {
        if (succession.Adopted is not { } pins)
        {
            return null;
        }

        try
        {
            var kernel = KernelPrograms.Load(options with { LoadId = pins.LoadId, Pins = pins, Adopt = true });
            host.Log.LogInformation("goes on with load {Load}, which a collector before this one left in {Path}", pins.LoadId.ToString("x8", CultureInfo.InvariantCulture), pins.Path);
            return kernel;
        }
        catch (KernelUnavailableException e)
        {
            host.Log.LogError("load {Load} cannot be gone on with and ends here: {Reason}", pins.LoadId.ToString("x8", CultureInfo.InvariantCulture), e.Message);
            succession.EndAdopted();
            return null;
        }
    }

    private static KernelPrograms LoadAnew(MeshHost host, KernelOptions options)
    {
        var load = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint)));
        var reason = Mechanisms.Pins ? null : "switched off";
        var pins = reason is null ? PinDirectory.Create(PinDirectory.DefaultRoot, Subjects.Safe(host.Options.Node), load, out reason) : null;
        var kernel = KernelPrograms.Load(options with { LoadId = load, Pins = pins });
        if ((reason ?? kernel.UnpinWhereIncomplete()) is { } obstacle)
        {
            host.Log.LogWarning("the programs are not pinned: {Obstacle}; should this collector be killed, what it has not published is lost, and the ledger says that its books were not closed", obstacle);
        }

        return kernel;
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
        var jetStream = _host.NodeJetStream;
        var stream = _host.Streams.Raw(_host.Options.Node);
        await jetStream.EnsureStreamAsync(stream, cancellation);
        await using var publisher = new FramePublisher(
            _host.Bus,
            new FramePublisherOptions(stream.Name),
            ensure => jetStream.EnsureStreamAsync(stream, ensure));
        await EndLeftLoadsAsync(jetStream, stream, cancellation);
        using var drain = Drain(publisher);
        Count(drain, publisher);

        // 3. What exists already: the stores' events first, so that nothing falls between them and the snapshot.
        _kernel.Switches.AddOwnProcess(Environment.ProcessId);
        var journal = _kernel.Memory.Journal;
        if (!_isAdopted)
        {
            Switch(new WantedEvents(SelectedEvents.StoreNeeds, Environment: false, FilterPlan.None));
        }

        if (journal.SnapshotDue)
        {
            await SnapshotAsync(drain, new WantedEvents(drain.Selected, drain.WithEnvironment, FilterPlan.None), cancellation);
        }

        // 4. What consumers want.
        var watcher = WatchSelectionAsync(cancellation);
        if (!_host.MeshJetStream.IsRemote)
        {
            await watcher;
        }

        var watching = _selection.RunAsync(watcher, cancellation);

        // 5. Requests.
        var endpoint = new ControlEndpoint
        {
            Cut = () => new LedgerCut(_loadId.ToString("x8", CultureInfo.InvariantCulture), drain.Produced),
            Snapshot = () =>
            {
                journal.SnapshotDue = true;
                Volatile.Write(ref _snapshotAsked, true);
            },
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
            // 7. The end, unless another one goes on.
            if (!_handsOver || !_kernel.IsPinned || _host.StoppedBy == PosixSignal.SIGINT)
            {
                await CloseAsync(drain);
            }
        }
    }

    // A hub that is away keeps nothing from starting: what the stores need is seen without it.
    private Task<KeyValueWatcher> WatchSelectionAsync(CancellationToken cancellation)
    {
        var hub = _host.MeshJetStream;
        return hub.WhenReachedAsync(
            async () => await (await hub.EnsureBucketAsync(_host.Streams.Selection, cancellation)).WatchAsync(cancellation: cancellation),
            e => _host.Log.LogWarning("what consumers want is not known yet: {Message}", e.Message),
            cancellation);
    }

    private async Task EndLeftLoadsAsync(JetStream jetStream, StreamDefinition stream, CancellationToken cancellation)
    {
        foreach (var left in _succession.Ended)
        {
            var load = left.Pins.LoadId.ToString("x8", CultureInfo.InvariantCulture);
            left.Pins.UnpinLinks();
            _ = LibC.WaitForReaders();
            left.Memory.Journal.Phase = JournalPhase.Ending;
            try
            {
                await using var publisher = new FramePublisher(_host.Bus, new FramePublisherOptions(stream.Name), ensure => jetStream.EnsureStreamAsync(stream, ensure));
                using var drain = new RingDrain(left.Memory, publisher, Template() with { LoadId = left.Pins.LoadId }, _host.Subjects.Raw(_host.Options.Node), _host.Time);
                await drain.FinishAsync(cancellation);
                _host.Log.LogInformation("load {Load}, which a collector before this one left, is told to its end and closed", load);
            }
            catch (InvalidDataException e)
            {
                _host.Log.LogError("load {Load} cannot be told to its end: {Message}; the ledger says that it was not closed", load, e.Message);
            }

            left.Memory.Dispose();
            left.Pins.Remove();
            left.Pins.Dispose();
        }
    }

    private RingDrain Drain(FramePublisher publisher)
    {
        try
        {
            var drain = new RingDrain(_kernel.Memory, publisher, Template(), _host.Subjects.Raw(_host.Options.Node), _host.Time);
            if (_isAdopted)
            {
                _host.Log.LogInformation("goes on at offset {Offset}; {Frames} frames are sent again", drain.NextOffset, drain.Resumed);
            }

            return drain;
        }
        catch (InvalidDataException e)
        {
            _kernel.Unpin();
            throw new ServiceExitException(ExitCode.Failure, $"load {_loadId:x8} cannot be gone on with: {e.Message}; it is given up, and the ledger says that it was not closed");
        }
    }

    private async Task DrainUntilCancelledAsync(RingDrain drain, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(RingDrain.Interval, _host.Time);
        var wanted = new WantedEvents(drain.Selected, drain.WithEnvironment, FilterPlan.None);
        var inherited = _isAdopted ? new InheritedWishes(wanted, _host.Time) : null;
        var looked = 0L;
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            if (_host.Time.GetElapsedTime(looked) >= SelectionInterval)
            {
                looked = _host.Time.GetTimestamp();
                if (_selection.IsDeaf)
                {
                    inherited?.Extend();
                }

                var union = _selection.Union();
                var now = inherited?.With(union) ?? union;
                if (!now.Equals(wanted))
                {
                    wanted = now;
                    var on = new EventSet();
                    on.UnionWith(SelectedEvents.StoreNeeds);
                    on.UnionWith(wanted.Events);
                    Switch(wanted with { Events = on });
                }
            }

            await DrainAsync(drain, wanted, cancellation);
            if (Volatile.Read(ref _snapshotAsked))
            {
                Volatile.Write(ref _snapshotAsked, false);
                await SnapshotAsync(drain, wanted, cancellation);
            }
        }
    }

    private ValueTask DrainAsync(RingDrain drain, WantedEvents wanted, CancellationToken cancellation)
    {
        _kernel.Switches.MarkDrained(BootClock.Now());
        return drain.DrainAsync(wanted.Events, wanted.Environment, cancellation);
    }

    private void Switch(WantedEvents on)
    {
        if (_kernel.Switches.Apply(on.Events, on.Environment, on.Plan) is { } failure)
        {
            _host.Log.LogError("some wanted events are not seen: {Failure}", failure);
        }

        if (_kernel.UnpinWhereIncomplete() is { } obstacle)
        {
            _host.Log.LogWarning("the programs are not pinned any more: {Obstacle}", obstacle);
        }
    }

    // The iterator writes into the ring that this very loop drains, so it runs beside it.
    private async Task SnapshotAsync(RingDrain drain, WantedEvents wanted, CancellationToken cancellation)
    {
        await drain.SnapshotCgroupsAsync(cancellation);
        var processes = Task.Run(_kernel.Snapshot.Run, cancellation);
        using var timer = new PeriodicTimer(RingDrain.Interval, _host.Time);
        while (!processes.IsCompleted)
        {
            await DrainAsync(drain, wanted, cancellation);
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

        // Whoever follows takes one anew that was asked for meanwhile, or is not in the ring to its end.
        _kernel.Memory.Journal.SnapshotDue = false;
        if (Volatile.Read(ref _snapshotAsked))
        {
            _kernel.Memory.Journal.SnapshotDue = true;
        }

        if (drain.CgroupsOmitted > 0)
        {
            _host.Log.LogWarning("{Omitted} cgroups are not in the snapshot: it tells of at most {Max}", drain.CgroupsOmitted, Snapshot.CgroupSnapshot.DirectoriesMax);
        }
    }

    private async Task CloseAsync(RingDrain drain)
    {
        _kernel.Switches.Apply(new EventSet(), environment: false);
        _kernel.Memory.Journal.Phase = JournalPhase.Ending;
        using var patience = new CancellationTokenSource(CloseTimeout, _host.Time);
        try
        {
            await drain.FinishAsync(patience.Token);
            _kernel.Unpin();
        }
        catch (OperationCanceledException)
        {
            _host.Log.LogError(
                "the bus did not take the last frames within {Seconds} s; {Consequence}",
                CloseTimeout.TotalSeconds,
                _kernel.IsPinned ? "they stay pinned, and the next collector sends them" : "what they held is lost, and the ledger will say that this load was not closed");
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
        _host.Counters.Counter("collector_shed", "Records given up for those that matter more, since the ring was filling", () => (long)accounts.Dropped(DropReason.Shed));
        _host.Counters.Counter("collector_no_scratch", "Records dropped because no scratch record was free", () => (long)accounts.Dropped(DropReason.NoScratch));
        var dropped = EventCatalog.All.Where(d => d.Id < RecordLimits.EventIdLimit && d.Unavailable is null && !SystemCallTable.IsSystemCall(d.Id)).ToArray();
        _host.Counters.CounterOfEach("collector_dropped", "Records dropped for any reason, by their event", "event", () => dropped.Select(d => (d.Name, (long)accounts.DroppedOf(d.Id))));
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
