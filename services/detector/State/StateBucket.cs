using Microsoft.Extensions.Logging;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Detector.State;

/// <summary>Stores the state of a partition beside its lease, always before the position that the state includes.</summary>
/// <param name="bucket">The bucket of leases, ensured.</param>
/// <param name="partition">The partition.</param>
/// <param name="log">The log.</param>
public sealed partial class StateBucket(KeyValueBucket bucket, int partition, ILogger log)
{
    private readonly string _key = $"s{partition}";
    private long _revision;
    private long _stored;

    /// <summary>Reads the state that the owner before has left.</summary>
    /// <returns>Null where there is none, or none that can be read.</returns>
    /// <exception cref="BusException">The bus does not answer.</exception>
    public async Task<StateRecord?> ReadAsync(CancellationToken cancellation)
    {
        var entry = await bucket.GetAsync(_key, cancellation);
        _revision = entry?.Revision ?? 0;
        _stored = 0;
        if (entry is null or { IsDeleted: true })
        {
            return null;
        }

        var record = StateRecordCodec.TryRead(entry.Value.Span);
        if (record is null)
        {
            LogUnreadable(log, partition);
        }

        return record;
    }

    /// <summary>Stores the state if it has changed since the last time.</summary>
    /// <param name="state">The state.</param>
    /// <param name="fence">Fence of the owner's lease.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Whether what is stored includes every whole frame; if not, the position must not be entered.</returns>
    /// <exception cref="BusException">The bus does not answer.</exception>
    public async Task<bool> StoreAsync(PartitionState state, long fence, CancellationToken cancellation)
    {
        if (state.Changes == _stored)
        {
            return true;
        }

        using var writer = new MessagePackWriter();
        StateRecordCodec.Write(writer, state.ToRecord(fence, out var changes));
        var write = await bucket.UpdateAsync(_key, writer.WrittenSpan, _revision, cancellation);
        if (write.Status == KeyValueWriteStatus.Conflict && await IsOlderAsync(fence, cancellation))
        {
            write = await bucket.UpdateAsync(_key, writer.WrittenSpan, _revision, cancellation);
        }

        if (!write.IsWritten)
        {
            LogNotStored(log, partition, write.Description ?? write.Status.ToString());
            return false;
        }

        (_revision, _stored) = (write.Revision, changes);
        return true;
    }

    // A conflict can be a late write of the owner before, or the echo of an own write whose outcome was never told.
    private async Task<bool> IsOlderAsync(long fence, CancellationToken cancellation)
    {
        var entry = await bucket.GetAsync(_key, cancellation);
        _revision = entry?.Revision ?? 0;
        return entry is null || !Mechanisms.LeaseFencing || StateRecordCodec.TryRead(entry.Value.Span) is not { } record || record.Fence <= fence;
    }

    [LoggerMessage(100, LogLevel.Error, "what signatures keep in partition {Partition} cannot be read and is lost; their findings say so")]
    private static partial void LogUnreadable(ILogger log, int partition);

    [LoggerMessage(101, LogLevel.Warning, "what signatures keep in partition {Partition} is not stored yet: {Reason}; its position waits")]
    private static partial void LogNotStored(ILogger log, int partition, string reason);
}
