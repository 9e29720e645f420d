using System.Threading.Channels;
using TraceeMesh.MessagePack;

namespace TraceeMesh.DataSourceApi.Log;

/// <summary>
/// Puts writes into the log. Small ones that wait at the same time share a record; large ones travel in parts with a commit behind
/// them. Nothing is known of a write's outcome here: that is decided where it is applied.
/// </summary>
/// <param name="store">Where records are stored.</param>
/// <param name="subject">Subject of the log.</param>
/// <param name="lost">Told of a small write that is not stored, or of which nobody knows; one that is stored is decided where it is applied.</param>
public sealed class LogWriter(LogStore store, string subject, Action<Guid, Exception> lost)
{
    /// <summary>Small writes that wait for a record at most; one more waits at the door.</summary>
    public const int MaxWaiting = 4096;

    /// <summary>Writes of one record at most.</summary>
    public const int MaxWritesPerRecord = 512;

    /// <summary>Records of small writes on their way at one time; meanwhile the next gather.</summary>
    public const int MaxRecordsInFlight = 2;

    private const int PartsInFlight = 16;

    private readonly Channel<Waiting> _waiting = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });

    /// <summary>Stores a write; a small one whose id is its own may still be on its way.</summary>
    /// <returns>Whether the stream had it already, under the id that its client chose.</returns>
    /// <exception cref="LogUnavailableException">It is not stored, or nobody knows.</exception>
    public async ValueTask<bool> StoreAsync(PendingWrite write, CancellationToken cancellation)
    {
        if (write.Segments.Count > 1)
        {
            return await StorePartsAsync(write, cancellation);
        }

        var waiting = new Waiting(write, write.IsRepeatable ? new(TaskCreationOptions.RunContinuationsAsynchronously) : null);
        await _waiting.Writer.WriteAsync(waiting, cancellation);
        return waiting.Stored is { } stored && await stored.Task.WaitAsync(cancellation);
    }

    /// <summary>Carries small writes into the log until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var window = new SemaphoreSlim(MaxRecordsInFlight, MaxRecordsInFlight);
        Waiting? next = null;
        while (next is not null || await _waiting.Reader.WaitToReadAsync(cancellation))
        {
            await window.WaitAsync(cancellation);
            var group = Gather(ref next);
            if (group.Count == 0)
            {
                window.Release();
                continue;
            }

            _ = StoreGroupAsync(group, window, cancellation);
        }
    }

    /// <summary>Drops the parts of a write that nobody will commit.</summary>
    public async Task AbortAsync(Guid id, CancellationToken cancellation)
    {
        using var writer = new MessagePackWriter();
        LogFormat.WriteAbort(writer, id);
        await store.StoreAsync(subject, writer.WrittenMemory, $"{id:N}.abort", cancellation);
    }

    // Takes what waits now, as far as it fits into one record; what does not is the first of the next.
    private List<Waiting> Gather(ref Waiting? next)
    {
        var group = new List<Waiting>();
        var bytes = 0;
        HashSet<ReadOnlyMemory<byte>>? keys = null;
        while (next is not null || _waiting.Reader.TryRead(out next))
        {
            var write = next.Write;
            var size = write.Segments.Count == 0 ? 0 : write.Segments[0].Bytes.Length;
            var alone = write.IsRepeatable || write.OnlyKey.IsEmpty;
            if (group.Count > 0 && (alone || bytes + size > LogFormat.SegmentBytes || group.Count == MaxWritesPerRecord || !(keys ??= First(group)).Add(write.OnlyKey)))
            {
                break;
            }

            group.Add(next);
            bytes += size;
            next = null;
            if (alone)
            {
                break;
            }
        }

        return group;
    }

    private static HashSet<ReadOnlyMemory<byte>> First(List<Waiting> group) => new(MemoryComparer.Instance) { group[0].Write.OnlyKey };

    private async Task StoreGroupAsync(List<Waiting> group, SemaphoreSlim window, CancellationToken cancellation)
    {
        try
        {
            using var writer = new MessagePackWriter();
            LogFormat.WriteWrites(writer, group.ConvertAll(w => w.Write));
            var ack = await store.StoreAsync(subject, writer.WrittenMemory, $"{group[0].Write.Id:N}", cancellation);
            foreach (var waiting in group)
            {
                waiting.Stored?.TrySetResult(ack.Status == Bus.PublishAckStatus.Duplicate);
            }
        }
        catch (Exception e)
        {
            // Each writer is told; whoever stopped waiting has been told otherwise.
            foreach (var waiting in group)
            {
                if (waiting.Stored is { } stored)
                {
                    stored.TrySetException(e);
                    _ = stored.Task.Exception;
                }
                else
                {
                    lost(waiting.Write.Id, e);
                }
            }
        }
        finally
        {
            if (!cancellation.IsCancellationRequested)
            {
                window.Release();
            }
        }
    }

    private async Task<bool> StorePartsAsync(PendingWrite write, CancellationToken cancellation)
    {
        var checksum = 0UL;
        var flight = new Queue<Task>();
        try
        {
            for (var index = 0; index < write.Segments.Count; index++)
            {
                if (flight.Count == PartsInFlight)
                {
                    await flight.Dequeue();
                }

                using var writer = new MessagePackWriter();
                LogFormat.WriteItems(writer, write.Segments[index]);
                checksum = LogFormat.Checksum(checksum, writer.WrittenSpan);
                flight.Enqueue(StorePartAsync(write, index, cancellation));
            }
        }
        finally
        {
            await Task.WhenAll(flight);
        }

        using var commit = new MessagePackWriter();
        LogFormat.WriteCommit(commit, write.Id, write.Segments.Count, checksum, write.IsAtomic);
        var ack = await store.StoreAsync(subject, commit.WrittenMemory, $"{write.Id:N}", cancellation);
        return ack.Status == Bus.PublishAckStatus.Duplicate;
    }

    private async Task StorePartAsync(PendingWrite write, int index, CancellationToken cancellation)
    {
        using var writer = new MessagePackWriter();
        LogFormat.WritePart(writer, write.Id, index, write.Segments[index]);
        await store.StoreAsync(subject, writer.WrittenMemory, $"{write.Id:N}.{index}", cancellation);
    }

    private sealed record Waiting(PendingWrite Write, TaskCompletionSource<bool>? Stored);

    private sealed class MemoryComparer : IEqualityComparer<ReadOnlyMemory<byte>>
    {
        public static readonly MemoryComparer Instance = new();

        public bool Equals(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceEqual(y.Span);

        public int GetHashCode(ReadOnlyMemory<byte> key) => (int)Contracts.Hash.Of(key.Span);
    }
}
