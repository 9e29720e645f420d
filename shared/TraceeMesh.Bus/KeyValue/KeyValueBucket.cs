using System.Buffers;

namespace TraceeMesh.Bus;

/// <summary>
/// A key-value bucket by the conventions of NATS: the stream <c>KV_bucket</c>, a subject <c>$KV.bucket.key</c> for each key,
/// the stream's sequence as revision, a header marking deletions. Get it from <see cref="JetStream.EnsureBucketAsync"/>.
/// </summary>
public sealed class KeyValueBucket
{
    private const string OperationHeader = "KV-Operation";
    private static readonly BusHeaders DeleteMarker = BusHeaders.None.With(OperationHeader, "DEL");
    private static readonly SearchValues<char> KeyCharacters = SearchValues.Create("-/_=.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private readonly JetStream _jetStream;

    /// <summary>Addresses a bucket without asking whether it is there.</summary>
    /// <param name="jetStream">The JetStream it is in.</param>
    /// <param name="name">Its name.</param>
    public KeyValueBucket(JetStream jetStream, string name)
    {
        _jetStream = jetStream;
        Name = name;
        Stream = $"KV_{name}";
        SubjectPrefix = $"$KV.{name}.";
    }

    /// <summary>Name of the bucket.</summary>
    public string Name { get; }

    /// <summary>Name of its stream.</summary>
    public string Stream { get; }

    internal string SubjectPrefix { get; }

    /// <summary>The last value of a key, or its deletion; null when it was never written.</summary>
    /// <param name="key">Letters, digits and <c>-/_=.</c>, no dot at either end.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<KeyValueEntry?> GetAsync(string key, CancellationToken cancellation = default)
    {
        var message = await _jetStream.GetLastMessageAsync(Stream, Subject(key), cancellation);
        return message is null ? null : new KeyValueEntry(key, message.Payload, message.Sequence, message.Time, IsDeletion(message.Headers));
    }

    /// <summary>Writes whatever is there.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value; copied before the call returns.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public ValueTask<KeyValueWrite> PutAsync(string key, ReadOnlySpan<byte> value, CancellationToken cancellation = default) => WriteAsync(key, value, BusHeaders.None, null, cancellation);

    /// <summary>Writes if the key has no value: never written, or deleted.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public async ValueTask<KeyValueWrite> CreateAsync(string key, ReadOnlyMemory<byte> value, CancellationToken cancellation = default)
    {
        var write = await WriteAsync(key, value.Span, BusHeaders.None, 0, cancellation);
        return write.Status == KeyValueWriteStatus.Conflict && await GetAsync(key, cancellation) is { IsDeleted: true } deleted
            ? await WriteAsync(key, value.Span, BusHeaders.None, deleted.Revision, cancellation)
            : write;
    }

    /// <summary>Writes if the key's last revision is the one given.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value; copied before the call returns.</param>
    /// <param name="revision">The revision last seen; 0 for a key never written.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public ValueTask<KeyValueWrite> UpdateAsync(string key, ReadOnlySpan<byte> value, long revision, CancellationToken cancellation = default) => WriteAsync(key, value, BusHeaders.None, revision, cancellation);

    /// <summary>Marks a key as deleted.</summary>
    /// <param name="key">The key.</param>
    /// <param name="revision">Only if this is its last revision; whatever is there when absent.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public ValueTask<KeyValueWrite> DeleteAsync(string key, long? revision = null, CancellationToken cancellation = default) => WriteAsync(key, [], DeleteMarker, revision, cancellation);

    /// <summary>The keys that have a value.</summary>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<string>> ListKeysAsync(CancellationToken cancellation = default)
    {
        var keys = new List<string>();
        await using var watcher = await WatchAsync(">", headersOnly: true, cancellation);
        while (true)
        {
            var change = await watcher.ReadAsync(cancellation);
            switch (change.Kind)
            {
                case KeyValueChangeKind.Put:
                    keys.Add(change.Entry!.Key);
                    break;
                case KeyValueChangeKind.Deleted:
                    keys.Remove(change.Entry!.Key);
                    break;
                case KeyValueChangeKind.Reset:
                    keys.Clear();
                    break;
                default:
                    return keys;
            }
        }
    }

    /// <summary>Tells what the bucket holds and then every change, across reconnects and restarts of the bus.</summary>
    /// <param name="keys">Which keys: <c>></c> for all, or a pattern with <c>*</c> and <c>></c>.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BusException">The bucket is not there, or the bus does not answer.</exception>
    public Task<KeyValueWatcher> WatchAsync(string keys = ">", CancellationToken cancellation = default) => WatchAsync(keys, headersOnly: false, cancellation);

    internal static bool IsDeletion(BusHeaders headers) => headers.TryGet(OperationHeader, out var operation) && operation is "DEL" or "PURGE";

    private async Task<KeyValueWatcher> WatchAsync(string keys, bool headersOnly, CancellationToken cancellation)
    {
        var definition = new ConsumerDefinition(Stream) { FilterSubject = SubjectPrefix + keys, Start = ConsumerStart.LastPerSubject, HeadersOnly = headersOnly };
        var stream = await _jetStream.FindStreamAsync(Stream, cancellation)
            ?? throw new BusException(BusErrorKind.JetStream, $"the bucket '{Name}' is not there: ensure it first");
        return new KeyValueWatcher(_jetStream, SubjectPrefix, stream, await _jetStream.CreateConsumerAsync(definition, null, cancellation));
    }

    private ValueTask<KeyValueWrite> WriteAsync(string key, ReadOnlySpan<byte> value, BusHeaders headers, long? expectedRevision, CancellationToken cancellation)
    {
        if (expectedRevision is { } revision)
        {
            headers = headers.With(JetStream.ExpectedLastSubjectSequence, revision.ToString());
        }

        return Outcome(_jetStream.PublishAsync(Subject(key), value, null, headers, cancellation));

        static async ValueTask<KeyValueWrite> Outcome(ValueTask<PublishAck> publish) => KeyValueWrite.From(await publish);
    }

    private string Subject(string key) => key.Length > 0 && key[0] != '.' && key[^1] != '.' && !key.AsSpan().ContainsAnyExcept(KeyCharacters)
        ? SubjectPrefix + key
        : throw new BusException(BusErrorKind.InvalidArgument, $"'{key}' is not a key: letters, digits and -/_=. without a dot at either end");
}
