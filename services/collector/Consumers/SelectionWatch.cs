using TraceeMesh.Bus;

namespace TraceeMesh.Collector.Consumers;

/// <summary>Follows the bucket of selections and says what is wanted now.</summary>
/// <param name="selected">The consumers heard so far.</param>
public sealed class SelectionWatch(SelectedEvents selected)
{
    private readonly Lock _gate = new();

    /// <summary>What is wanted now.</summary>
    public WantedEvents Union()
    {
        lock (_gate)
        {
            return selected.Union();
        }
    }

    /// <summary>Listens until cancelled or the connection closes.</summary>
    public async Task RunAsync(KeyValueBucket bucket, CancellationToken cancellation)
    {
        await using var watcher = await bucket.WatchAsync(cancellation: cancellation);
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
