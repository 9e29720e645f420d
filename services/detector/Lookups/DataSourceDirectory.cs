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

    private readonly ConcurrentDictionary<(string Namespace, string Id), RemoteDataSource> _sources = new();
    private readonly ChangeFollower _changes = new(bus, subjects, counters);
    private int _version;

    /// <inheritdoc/>
    public int Version => Volatile.Read(ref _version);

    /// <inheritdoc/>
    public bool TryGet(string @namespace, string id, [NotNullWhen(true)] out IDataSource? source)
    {
        var found = _sources.TryGetValue((@namespace, id), out var remote);
        source = remote;
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

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var timer = time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), end, Gathering, Timeout.InfiniteTimeSpan);
        try
        {
            while (await answers.ReadAsync(end.Token) is { } answer)
            {
                using (answer)
                {
                    Take(answer);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The time for answers is over.
        }
    }

    /// <summary>Asks every two seconds while somebody waits for a source.</summary>
    /// <param name="wanted">Whether somebody does.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task RunAsync(Func<bool> wanted, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            if (wanted())
            {
                await RefreshAsync(cancellation);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _changes.Dispose();

    private void Take(BusMessage answer)
    {
        // A micro service without one is nobody's data source: the bus says so with an empty message.
        if (answer.Payload.IsEmpty || DataSourceInfo.TryParse(answer.PayloadMemory) is not { } info)
        {
            return;
        }

        var key = (info.Namespace, info.Id);
        if (_sources.TryGetValue(key, out var known))
        {
            // The node's own sources answer once for each node; the mesh is one when they agree.
            if (known.Version != info.Version)
            {
                LogDisagreement(log, info.Namespace, info.Id, known.Version, info.Version);
            }

            return;
        }

        if (_sources.Count >= MaxSources)
        {
            LogTooMany(log, info.Namespace, info.Id, MaxSources);
            return;
        }

        _sources[key] = new RemoteDataSource(bus, subjects, info, _changes, new SourceCounters(counters, info.Namespace, info.Id));
        Interlocked.Increment(ref _version);
        LogFound(log, info.Namespace, info.Id, info.Version);
    }

    [LoggerMessage(80, LogLevel.Information, "data source {Namespace}/{Id} version {Version} found")]
    private static partial void LogFound(ILogger log, string @namespace, string id, int version);

    [LoggerMessage(81, LogLevel.Warning, "data source {Namespace}/{Id} answers with version {Known} and with {Other}; the first is used")]
    private static partial void LogDisagreement(ILogger log, string @namespace, string id, int known, int other);

    [LoggerMessage(82, LogLevel.Warning, "data source {Namespace}/{Id} is not taken: there are {Max} already")]
    private static partial void LogTooMany(ILogger log, string @namespace, string id, int max);
}
