using System.Collections.Frozen;
using TraceeMesh.Bus;

namespace TraceeMesh.DataSourceApi.Sources;

/// <summary>
/// The data sources of the mesh, whoever serves them: who writes one that is not served here is told that it is there and cannot be
/// written, and the console lists them.
/// </summary>
/// <param name="bus">The bus, on which they say who they are.</param>
public sealed class OtherSources(BusConnection bus)
{
    /// <summary>Sources known at most; what registers beyond counts as not there.</summary>
    public const int MaxSources = 256;

    private const int MaxInstances = MaxSources * 16;
    private const int MaxNodes = 256;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(300);

    private volatile FrozenDictionary<(string Namespace, string Id), KnownSource> _sources = FrozenDictionary<(string, string), KnownSource>.Empty;

    /// <summary>All of them, in no order.</summary>
    public IReadOnlyCollection<KnownSource> All => _sources.Values;

    /// <summary>Whether somebody serves it.</summary>
    public bool Contains(string @namespace, string id) => _sources.ContainsKey((@namespace, id));

    /// <summary>A source; null where nobody serves it.</summary>
    public KnownSource? Find(string @namespace, string id) => _sources.GetValueOrDefault((@namespace, id));

    /// <summary>Asks who there is until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Interval, bus.Time);
        do
        {
            await AskAsync(cancellation);
        }
        while (await timer.WaitForNextTickAsync(cancellation));
    }

    private async Task AskAsync(CancellationToken cancellation)
    {
        var inbox = bus.NewInbox();
        using var answers = bus.Subscribe(inbox, new BusSubscriptionOptions { Capacity = MaxInstances });
        if (bus.TryPublish("$SRV.INFO.tracee-ds", [], BusHeaders.None, inbox) != PublishStatus.Ok)
        {
            return; // The bus is away: what was known stays.
        }

        var sources = new Dictionary<(string, string), KnownSource>();
        using var gathered = new CancellationTokenSource(Gathering, bus.Time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, gathered.Token);
        try
        {
            while (await answers.ReadAsync(end.Token) is { } answer)
            {
                using (answer)
                {
                    if (SourceInfo.TryRead(answer.PayloadMemory, out var source))
                    {
                        Add(sources, source);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The time for answers is over.
        }

        _sources = sources.ToFrozenDictionary();
    }

    private static void Add(Dictionary<(string, string), KnownSource> sources, KnownSource source)
    {
        var name = (source.Namespace, source.Id);
        if (!sources.TryGetValue(name, out var known))
        {
            if (sources.Count < MaxSources)
            {
                sources.Add(name, source);
            }
        }
        else if (known.Nodes.Count < MaxNodes && source.Nodes.Count == 1 && !known.Nodes.Contains(source.Nodes[0]))
        {
            sources[name] = known with { Nodes = [.. known.Nodes, source.Nodes[0]] };
        }
    }
}
