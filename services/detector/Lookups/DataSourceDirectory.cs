using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Lookups;

/// <summary>Finds the data sources of the mesh by asking them who they are.</summary>
public sealed partial class DataSourceDirectory(BusConnection bus, Subjects subjects, ServiceCounters counters, TimeProvider time, ILogger log) : IDataSources, IDisposable
{
    /// <summary>Sources known at most; further ones are not taken and logged.</summary>
    public const int MaxSources = 256;

    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>How many intervals pass between two rounds while nobody waits.</summary>
    private const int IdleIntervals = 15;

    // Refused registrations remembered so as to tell of each once; beyond it all are forgotten.
    private const int MaxRefused = 1024;

    private readonly ConcurrentDictionary<(string Namespace, string Id), KnownSource> _sources = new();
    private readonly HashSet<RefusedSource> _refused = [];
    private readonly ServiceCounter _refusals = counters.Counter("data_sources_refused", "Registrations of data sources that were not taken");
    private readonly ChangeFollower _changes = new(bus, subjects, counters);
    private int _version;

    /// <inheritdoc/>
    public int Version => Volatile.Read(ref _version);

    /// <inheritdoc/>
    public bool TryGet(string @namespace, string id, [NotNullWhen(true)] out IDataSource? source)
    {
        var found = _sources.TryGetValue((@namespace, id), out var known);
        source = known?.Source;
        return found;
    }

    /// <summary>Asks once and takes what answers within 300 ms.</summary>
    public async Task RefreshAsync(CancellationToken cancellation)
    {
        var inbox = bus.NewInbox();
        using var answers = bus.Subscribe(inbox, new BusSubscriptionOptions { Capacity = MaxSources * 16 });
        if (bus.TryPublish($"$SRV.INFO.{DataSourceInfo.ServiceName}", [], BusHeaders.None, inbox) != PublishStatus.Ok)
        {
            return; // The bus is away; the next round asks again.
        }

        var infos = new List<DataSourceInfo>();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var timer = time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), end, Gathering, Timeout.InfiniteTimeSpan);
        try
        {
            while (await answers.ReadAsync(end.Token) is { } answer)
            {
                using (answer)
                {
                    // A micro service without one is nobody's data source: the bus says so with an empty message.
                    if (!answer.Payload.IsEmpty && DataSourceInfo.TryParse(answer.PayloadMemory) is { } info)
                    {
                        infos.Add(info);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The time for answers is over.
        }

        var (sources, refused) = SourceRegistrations.Sort(infos, (@namespace, id) => _sources.GetValueOrDefault((@namespace, id))?.Info);
        Take(sources);
        Tell(refused);
    }

    /// <summary>Asks every two seconds while somebody waits for a source, and now and then who else claims to be one.</summary>
    /// <param name="wanted">Whether somebody does.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task RunAsync(Func<bool> wanted, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Interval, time);
        for (var tick = 1; await timer.WaitForNextTickAsync(cancellation); tick++)
        {
            if (wanted() || tick % IdleIntervals == 0)
            {
                await RefreshAsync(cancellation);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _changes.Dispose();

    private void Take(IReadOnlyList<DataSourceInfo> sources)
    {
        foreach (var info in sources)
        {
            var key = (info.Namespace, info.Id);
            var known = _sources.GetValueOrDefault(key);
            if (known?.Info.SaysTheSameAs(info) == true)
            {
                continue;
            }

            if (known is null && _sources.Count >= MaxSources)
            {
                LogTooMany(log, info.Namespace, info.Id, MaxSources);
                continue;
            }

            var counted = known?.Counters ?? new SourceCounters(counters, info.Namespace, info.Id);
            _sources[key] = new KnownSource(info, new RemoteDataSource(bus, subjects, info, _changes, counted), counted);
            Interlocked.Increment(ref _version);
            LogFound(log, info.Namespace, info.Id, info.Version);
        }
    }

    private void Tell(IReadOnlyList<RefusedSource> refused)
    {
        if (_refused.Count > MaxRefused)
        {
            _refused.Clear();
        }

        foreach (var source in refused)
        {
            if (_refused.Add(source with { Info = source.Info with { Keys = [] } }))
            {
                _refusals.Add();
                LogRefused(log, source.Info.Namespace, source.Info.Id, source.Info.Instance, source.Reason);
            }
        }
    }

    [LoggerMessage(80, LogLevel.Information, "data source {Namespace}/{Id} version {Version} found")]
    private static partial void LogFound(ILogger log, string @namespace, string id, int version);

    [LoggerMessage(81, LogLevel.Error, "data source {Namespace}/{Id} as {Instance} registers it is refused: {Reason}")]
    private static partial void LogRefused(ILogger log, string @namespace, string id, string instance, string reason);

    [LoggerMessage(82, LogLevel.Warning, "data source {Namespace}/{Id} is not taken: there are {Max} already")]
    private static partial void LogTooMany(ILogger log, string @namespace, string id, int max);

    private sealed record KnownSource(DataSourceInfo Info, RemoteDataSource Source, SourceCounters Counters);
}
