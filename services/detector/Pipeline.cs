using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Detector.Disabling;
using TraceeMesh.Detector.Engine;
using TraceeMesh.Detector.Findings;
using TraceeMesh.Detector.Loading;
using TraceeMesh.Detector.Lookups;
using TraceeMesh.Detector.Partitions;
using TraceeMesh.Detector.Reporting;
using TraceeMesh.Detector.Selecting;
using TraceeMesh.Detector.Silence;
using TraceeMesh.Detector.State;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.ServiceDefaults.Configuration;
using TraceeMesh.Signatures;
using TraceeMesh.Signatures.BuiltIn.DefenseEvasion;

namespace TraceeMesh.Detector;

/// <summary>
/// From event frames to findings:
/// <list type="number">
/// <item>load the signatures, those of the operator's directory included (<see cref="SignatureCatalog"/>, <see cref="SignatureDirectory"/>), without those that held a detector up (<see cref="DisabledBucket"/>);</item>
/// <item>find the data sources they may ask (<see cref="DataSourceDirectory"/>);</item>
/// <item>tell collectors and enrichers which events are wanted (<see cref="SelectionWriter"/>);</item>
/// <item>take the leases of partitions (<see cref="LeaseKeeper"/>); and for each partition owned (<see cref="PartitionWorker"/>):</item>
/// <item>read the next frame (<see cref="PartitionReader"/>);</item>
/// <item>decode it, or put it aside (<see cref="DeadLetters"/>);</item>
/// <item>enter the losses it tells and the holes it shows (<see cref="PartitionBooks"/>);</item>
/// <item>judge its events behind the fence, store what is found (<see cref="SignatureFence"/>, <see cref="FrameJudge"/>, <see cref="FindingPublisher"/>);</item>
/// <item>enter what was judged and what signatures keep; the lease's next renewal is the checkpoint (<see cref="PartitionState"/>, <see cref="LeaseKeeper"/>).</item>
/// </list>
/// </summary>
public static class Pipeline
{
    /// <summary>Runs a detector with the signatures that come with it.</summary>
    public static Task RunAsync(MeshHost host, CancellationToken cancellation) =>
        RunAsync(host, SignatureAssembly.Find(typeof(AntiDebugging).Assembly), cancellation);

    /// <summary>Runs a detector until cancelled.</summary>
    public static async Task RunAsync(MeshHost host, IEnumerable<Func<Signature>> signatures, CancellationToken cancellation)
    {
        var counters = new DetectorCounters(host.Counters);
        var jetStream = new JetStream(host.Bus);

        // 1. The signatures.
        using var catalog = SignatureCatalog.Load(signatures, host.Log);
        SelectionWriter? selection = null;
        using var directory = Open(host, catalog, () => selection?.Change());
        await (directory?.LoadAsync(cancellation) ?? Task.CompletedTask);
        var disabled = new DisabledBucket(jetStream, host.Streams.Leases, host.Options.Instance, host.Time, host.Log);
        await disabled.ApplyAsync(catalog, cancellation);
        var leftBehind = new LeftBehind(disabled, host.Log);
        ReserveThreads();

        // 2. The data sources they may ask.
        using var sources = new DataSourceDirectory(host.Bus, host.Subjects, host.Counters, host.Time, host.Log);
        await sources.RefreshAsync(cancellation);

        // 3. The events they want.
        selection = new SelectionWriter(jetStream, host.Streams.Selection, host.Options.Instance, catalog.Wanted, host.Time, host.Log);

        // 4. The partitions, and 5 to 9 in a worker for each.
        var findings = new FindingPublisher(jetStream, host.Streams.Findings, counters, host.Time, host.Log);
        await findings.EnsureStreamAsync(cancellation);
        await jetStream.EnsureStreamAsync(host.Streams.Dead, cancellation);
        var judge = new JudgeParts(catalog, sources, Mechanisms.FindingsBeforePosition ? findings : new BelatedFindings(findings, host.Time, cancellation), leftBehind, new EvaluationLimits(), host.Options.Node, host.Subjects, counters, host.Time, host.Log);
        var parts = new PartitionParts(jetStream, host.Subjects, host.Streams, judge, counters, host.Time, host.Log);
        var keeper = new LeaseKeeper(parts, host.Options.Instance, new LeaseTimes());
        var silence = new SilenceWatch(parts, host.Options.Instance, new LeaseTimes());
        host.Counters.Counter("heartbeats_refused", "Heartbeats of services beyond those that can be watched", () => silence.Refused);
        using var requests = host.Bus.Subscribe(host.Subjects.Signatures, new SignaturesEndpoint(host.Options.Instance, catalog, directory).Answer);
        LookupMetrics.Add(host.Counters, catalog);
        counters.AddWaiting();
        host.Counters.Gauge("partitions_owned", "Partitions this detector judges", () => keeper.Owned);

        await RunTogetherAsync(
            [
                c => keeper.RunAsync(() => Tell(host.Health, keeper, findings), c),
                selection.RunAsync,
                silence.RunAsync,
                leftBehind.RunAsync,
                .. directory is null ? [] : new Func<CancellationToken, Task>[] { directory.RunAsync },
                c => sources.RunAsync(() => catalog.Signatures.Any(s => s.State == SignatureState.Waiting), c),
            ],
            cancellation);
    }

    private static SignatureDirectory? Open(MeshHost host, SignatureCatalog catalog, Action changed) =>
        host.Options.Get(MeshSettings.Signatures) is { } path ? new SignatureDirectory(path, catalog, changed, host.Time, host.Log) : null;

    // A signature may hold a thread in every partition at once; the judges that go on without it must not wait until the pool has
    // made up its mind to grow.
    private static void ReserveThreads()
    {
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(Math.Max(workers, 3 * Partitioning.Partitions), ports);
    }

    private static void Tell(ServiceHealth health, LeaseKeeper keeper, FindingPublisher findings)
    {
        if (!keeper.Reachable)
        {
            health.Degraded("the bus does not answer for the leases of partitions; judging waits");
        }
        else if (findings.Blocked)
        {
            health.Degraded("findings cannot be stored; judging waits");
        }
        else
        {
            health.Ready();
        }
    }

    /// <summary>Runs all until the first ends, then ends the others; the first error is the one told.</summary>
    private static async Task RunTogetherAsync(IReadOnlyList<Func<CancellationToken, Task>> loops, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = loops.Select(loop => loop(stop.Token)).ToList();
        var first = await Task.WhenAny(running);
        await stop.CancelAsync();
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }
}
