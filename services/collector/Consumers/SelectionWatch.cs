using TraceeMesh.Bus;

namespace TraceeMesh.Collector.Consumers;

/// <summary>Follows the bucket of selections and says what is wanted now.</summary>
/// <param name="selected">The consumers heard so far.</param>
public sealed class SelectionWatch(SelectedEvents selected)
{
    private readonly Lock _gate = new();
    private volatile KeyValueWatcher? _watcher;

    /// <summary>Whether nobody can be heard: the bus, or the hub behind it, says nothing. Nobody withdrew then, so what was wanted still is.</summary>
    public bool IsDeaf => _watcher is not { IsSilent: false };

    /// <summary>What is wanted now.</summary>
    public WantedEvents Union()
    {
        lock (_gate)
        {
            return selected.Union(IsDeaf);
        }
    }

    /// <summary>Listens until cancelled or the connection closes.</summary>
    /// <param name="bucket">The bucket, once it is watched.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task RunAsync(Task<KeyValueWatcher> bucket, CancellationToken cancellation)
    {
        await using var watcher = await bucket;
        _watcher = watcher;
        while (await watcher.ReadAsync(cancellation) is { Kind: not KeyValueChangeKind.Closed } change)
        {
            if (change.Entry is { } entry)
            {
                lock (_gate)
                {
                    selected.Hear(entry.Key, entry.IsDeleted ? default : entry.Value.Span);
                }
            }
        }
    }
}
