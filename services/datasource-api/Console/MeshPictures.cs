using System.Text.Json;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.DataSourceApi.Readiness;
using TraceeMesh.ServiceDefaults;

namespace TraceeMesh.DataSourceApi.Console;

/// <summary>Takes a picture of the mesh once a second while somebody looks, the same for all who do.</summary>
internal sealed class MeshPictures
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly MeshHost _host;
    private readonly MeshView _view;
    private readonly JetStream _jetStream;
    private readonly ServiceCounter _malformed;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, NodeAccount> _accounts = [];
    private TaskCompletionSource<MeshPicture> _next = New();
    private int _lookers;

    /// <summary>Takes none yet.</summary>
    public MeshPictures(MeshHost host, MeshView view, JetStream jetStream)
    {
        (_host, _view, _jetStream) = (host, view, jetStream);
        _malformed = host.Counters.Counter("ledgers_malformed", "Books of nodes that could not be read, or of more nodes than are kept");
    }

    /// <summary>Follows the books, and takes pictures, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var following = FollowLedgersAsync(cancellation);
        using var timer = new PeriodicTimer(Interval, _host.Time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            if (Volatile.Read(ref _lookers) == 0)
            {
                continue;
            }

            try
            {
                var picture = await TakeAsync(cancellation);
                Interlocked.Exchange(ref _next, New()).SetResult(picture);
            }
            catch (BusException)
            {
                // The bus is away, which each page is told of by its findings; the next picture is a second off.
            }
        }

        await following;
    }

    /// <summary>A picture now, and each that follows.</summary>
    public async IAsyncEnumerable<MeshPicture> WatchAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        Interlocked.Increment(ref _lookers);
        try
        {
            var next = Volatile.Read(ref _next).Task;
            if (await TryTakeAsync(cancellation) is { } now)
            {
                yield return now;
            }

            while (true)
            {
                var picture = await next.WaitAsync(cancellation);
                next = Volatile.Read(ref _next).Task;
                yield return picture;
            }
        }
        finally
        {
            Interlocked.Decrement(ref _lookers);
        }
    }

    /// <summary>A picture.</summary>
    /// <exception cref="BusException">The bus does not say who judges.</exception>
    public async Task<MeshPicture> TakeAsync(CancellationToken cancellation)
    {
        NodeAccount[] accounts;
        lock (_gate)
        {
            accounts = [.. _accounts.Values];
        }

        var leases = await ReadLeasesAsync(accounts, cancellation);
        var findings = await _jetStream.FindStreamAsync(_host.Streams.Findings.Name, cancellation);
        return new MeshPicture
        {
            Time = (_host.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100,
            Missing = _view.Missing(),
            Services = _view.States(),
            Nodes = [.. accounts.OrderBy(a => a.Node, StringComparer.Ordinal).Select(a => Reckoning.Report(a, JudgedOf(a.Node, leases)))],
            Partitions = leases.Where(l => l.Value.Owner != LeaseRecord.Free).ToDictionary(l => l.Key, l => l.Value.Owner),
            Findings = findings?.Messages ?? 0,
        };
    }

    /// <summary>What of a picture every page shows.</summary>
    public static MeshHealth HealthOf(MeshPicture picture) => new(
        picture.Missing,
        [.. picture.Services.Where(s => s.State == ServiceState.Silent).Select(s => $"{s.Service} {s.Instance}")],
        picture.Nodes.Where(n => n.Lost.Values.Any(l => l > 0)).ToDictionary(n => n.Node, n => n.Lost),
        [.. picture.Nodes.Where(n => n.Unclosed.Count > 0).Select(n => n.Node)]);

    private static TaskCompletionSource<MeshPicture> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static Dictionary<int, JudgedAccount> JudgedOf(string node, Dictionary<int, LeaseRecord> leases)
    {
        var judged = new Dictionary<int, JudgedAccount>();
        foreach (var (partition, lease) in leases)
        {
            if (lease.Nodes.TryGetValue(node, out var books))
            {
                judged[partition] = books;
            }
        }

        return judged;
    }

    private async Task<MeshPicture?> TryTakeAsync(CancellationToken cancellation)
    {
        try
        {
            return await TakeAsync(cancellation);
        }
        catch (BusException)
        {
            return null;
        }
    }

    private async Task<Dictionary<int, LeaseRecord>> ReadLeasesAsync(NodeAccount[] accounts, CancellationToken cancellation)
    {
        var bucket = new KeyValueBucket(_jetStream, _host.Streams.Leases.Name);
        var partitions = accounts.SelectMany(a => a.Emitted.Keys).Distinct().Where(p => p is >= 0 and < Partitioning.Partitions).ToArray();
        var entries = await Task.WhenAll(partitions.Select(p => bucket.GetAsync($"p{p}", cancellation)));
        var leases = new Dictionary<int, LeaseRecord>();
        for (var i = 0; i < partitions.Length; i++)
        {
            if (entries[i] is { IsDeleted: false } entry && TryRead(entry.Value.Span, MeshJson.Default.LeaseRecord) is { } lease)
            {
                leases[partitions[i]] = lease;
            }
        }

        return leases;
    }

    private async Task FollowLedgersAsync(CancellationToken cancellation)
    {
        using var ledgers = _host.Bus.Subscribe(_host.Subjects.AllLedgers);
        await foreach (var message in ledgers.ReadAllAsync(cancellation))
        {
            using (message)
            {
                if (TryRead(message.Payload, MeshJson.Default.NodeAccount) is not { } account || !TryKeep(account))
                {
                    _malformed.Add();
                }
            }
        }
    }

    private bool TryKeep(NodeAccount account)
    {
        lock (_gate)
        {
            if (_accounts.Count >= ConsoleLimits.Nodes && !_accounts.ContainsKey(account.Node))
            {
                return false;
            }

            _accounts[account.Node] = account;
            return true;
        }
    }

    private static T? TryRead<T>(ReadOnlySpan<byte> json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
