using System.Collections.Frozen;
using System.Text.Json;
using TraceeMesh.Bus;

namespace TraceeMesh.DataSourceApi.Sources;

/// <summary>The data sources of the mesh that are served by others: whoever writes one is told that it is there and cannot be written.</summary>
/// <param name="bus">The bus, on which they say who they are.</param>
public sealed class OtherSources(BusConnection bus)
{
    /// <summary>Sources known at most; what registers beyond counts as not there.</summary>
    public const int MaxSources = 256;

    private const int MaxInstances = MaxSources * 16;
    private const int MaxBytes = 64 * 1024;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(300);

    private volatile FrozenSet<(string Namespace, string Id)> _names = FrozenSet<(string, string)>.Empty;

    /// <summary>Whether somebody else serves it.</summary>
    public bool Contains(string @namespace, string id) => _names.Contains((@namespace, id));

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

        var names = new HashSet<(string, string)>();
        using var gathered = new CancellationTokenSource(Gathering, bus.Time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, gathered.Token);
        try
        {
            while (await answers.ReadAsync(end.Token) is { } answer)
            {
                using (answer)
                {
                    if (names.Count < MaxSources && TryRead(answer.PayloadMemory, out var name))
                    {
                        names.Add(name);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The time for answers is over.
        }

        _names = names.ToFrozenSet();
    }

    private static bool TryRead(ReadOnlyMemory<byte> json, out (string Namespace, string Id) name)
    {
        name = default;
        if (json.Length is 0 or > MaxBytes)
        {
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("metadata", out var metadata) || metadata.ValueKind != JsonValueKind.Object
                || !metadata.TryGetProperty("namespace", out var @namespace) || @namespace.ValueKind != JsonValueKind.String
                || !metadata.TryGetProperty("id", out var id) || id.ValueKind != JsonValueKind.String)
            {
                return false;
            }

            name = (@namespace.GetString()!, id.GetString()!);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
