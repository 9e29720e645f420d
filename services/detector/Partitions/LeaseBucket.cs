using System.Text.Json;
using Microsoft.Extensions.Logging;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.Detector.State;

namespace TraceeMesh.Detector.Partitions;

/// <summary>The records of all leases. Everything is written by compare-and-set.</summary>
public sealed class LeaseBucket(JetStream jetStream, BucketDefinition definition)
{
    /// <summary>What the names of detectors' records begin with.</summary>
    public const string MemberPrefix = "d.";

    private KeyValueBucket? _bucket;

    /// <summary>Makes sure that the bucket is there.</summary>
    /// <exception cref="BusException">The bus does not answer.</exception>
    public async Task EnsureAsync(CancellationToken cancellation) => _bucket = await jetStream.EnsureBucketAsync(definition, cancellation);

    /// <summary>Says that a detector is there.</summary>
    /// <param name="member">The name of its record.</param>
    /// <param name="cancellation">Gives up.</param>
    public ValueTask<KeyValueWrite> AnnounceAsync(string member, CancellationToken cancellation) => Bucket.PutAsync(member, "{}"u8, cancellation);

    /// <summary>Says that a detector is gone.</summary>
    /// <param name="member">The name of its record.</param>
    /// <param name="revision">Only if it still has this revision; whatever it has when absent.</param>
    /// <param name="cancellation">Gives up.</param>
    public ValueTask<KeyValueWrite> WithdrawAsync(string member, long? revision, CancellationToken cancellation) => Bucket.DeleteAsync(member, revision, cancellation);

    /// <summary>Tells which detectors are there, and every renewal of theirs.</summary>
    /// <exception cref="BusException">The bus does not answer.</exception>
    public Task<KeyValueWatcher> WatchMembersAsync(CancellationToken cancellation) => Bucket.WatchAsync($"{MemberPrefix}*", cancellation);

    /// <summary>Where the state of a partition is stored, beside its lease.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="log">The log.</param>
    public StateBucket State(int partition, ILogger log) => new(Bucket, partition, log);

    /// <summary>Reads a record.</summary>
    /// <returns>Its revision, 0 where none was ever written; and the record, null where it is absent or unreadable.</returns>
    /// <exception cref="BusException">The bus does not answer.</exception>
    public async Task<(long Revision, LeaseRecord? Record)> ReadAsync(string key, CancellationToken cancellation)
    {
        var entry = await Bucket.GetAsync(key, cancellation);
        if (entry is null)
        {
            return (0, null);
        }

        try
        {
            return (entry.Revision, entry.IsDeleted ? null : JsonSerializer.Deserialize(entry.Value.Span, MeshJson.Default.LeaseRecord));
        }
        catch (JsonException)
        {
            // Whoever wrote it does not own the partition: it is taken like an absent one, from the stream's first frame.
            return (entry.Revision, null);
        }
    }

    /// <summary>Writes a record if its last revision is the one given.</summary>
    public async ValueTask<KeyValueWrite> WriteAsync(string key, LeaseRecord record, long revision, CancellationToken cancellation)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(record, MeshJson.Default.LeaseRecord);
        if (!Mechanisms.LeaseFencing)
        {
            revision = (await Bucket.GetAsync(key, cancellation))?.Revision ?? 0;
        }

        return await Bucket.UpdateAsync(key, json, revision, cancellation);
    }

    private KeyValueBucket Bucket => _bucket ?? throw new InvalidOperationException("the bucket of leases has not been ensured");
}
