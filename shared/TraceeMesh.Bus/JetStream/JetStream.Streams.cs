using TraceeMesh.Contracts;

namespace TraceeMesh.Bus;

public sealed partial class JetStream
{
    /// <summary>Creates a stream, or brings the one there is to its definition. Doing it again changes nothing.</summary>
    /// <param name="definition">What it keeps.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="JetStreamException">The definition is not acceptable, or differs in what cannot be changed (disk or memory).</exception>
    public Task<StreamState> EnsureStreamAsync(StreamDefinition definition, CancellationToken cancellation = default) => EnsureAsync(new StreamConfig
    {
        Name = definition.Name,
        Subjects = definition.Subjects,
        Storage = definition.OnDisk ? "file" : "memory",
        MaxAge = Nanoseconds(definition.MaxAge),
        MaxBytes = definition.MaxBytes > 0 ? definition.MaxBytes : -1,
        MaxMsgsPerSubject = definition.MaxMessagesPerSubject > 0 ? definition.MaxMessagesPerSubject : -1,
        DuplicateWindow = Nanoseconds(definition.DuplicateWindow),
        NumReplicas = _options.Replicas ?? Connection.StreamReplicas,
    }, cancellation);

    /// <summary>Creates a bucket, or brings the one there is to its definition.</summary>
    /// <param name="definition">Name and bounds.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="JetStreamException">The definition is not acceptable, or differs in what cannot be changed.</exception>
    public async Task<KeyValueBucket> EnsureBucketAsync(BucketDefinition definition, CancellationToken cancellation = default)
    {
        var bucket = new KeyValueBucket(this, definition.Name);
        await EnsureAsync(new StreamConfig
        {
            Name = bucket.Stream,
            Subjects = [bucket.SubjectPrefix + ">"],
            Storage = definition.OnDisk ? "file" : "memory",
            Discard = "new",
            MaxBytes = definition.MaxBytes > 0 ? definition.MaxBytes : -1,
            MaxMsgsPerSubject = 1,
            DuplicateWindow = Nanoseconds(TimeSpan.FromMinutes(2)),
            AllowRollupHdrs = true,
            DenyDelete = true,
            NumReplicas = _options.Replicas ?? Connection.StreamReplicas,
        }, cancellation);
        return bucket;
    }

    /// <summary>A stream as it is now; null when there is none of this name, or none yet whose creation has ended.</summary>
    /// <param name="stream">Its name.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<StreamState?> FindStreamAsync(string stream, CancellationToken cancellation = default)
    {
        var response = await CallAsync($"STREAM.INFO.{stream}", [], JetStreamJson.Default.StreamResponse, cancellation);
        if (response.Error?.ErrCode == JetStreamErrors.StreamNotFound)
        {
            _whole.TryRemove(stream, out _);
            return null;
        }

        // The server sets the time when all else of the stream is there.
        var state = ToState(Checked(response, $"asking for stream {stream}"));
        if (state.Created == default)
        {
            return null;
        }

        _whole[stream] = true;
        return state;
    }

    /// <summary>Deletes a stream with all it holds.</summary>
    /// <param name="stream">Its name.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> DeleteStreamAsync(string stream, CancellationToken cancellation = default)
    {
        var response = await CallAsync($"STREAM.DELETE.{stream}", [], JetStreamJson.Default.SuccessResponse, cancellation);
        return response.Error?.ErrCode != JetStreamErrors.StreamNotFound && Checked(response, $"deleting stream {stream}").Success;
    }

    /// <summary>Removes messages of a stream.</summary>
    /// <param name="stream">Its name.</param>
    /// <param name="subject">Only those of this subject, wildcards allowed; all when absent.</param>
    /// <param name="belowSequence">Only those below this sequence; all when absent.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>How many were removed.</returns>
    public async Task<long> PurgeStreamAsync(string stream, string? subject = null, long? belowSequence = null, CancellationToken cancellation = default)
    {
        if (belowSequence <= 1)
        {
            // The server takes 0 and 1 for no sequence at all, and would remove everything.
            return 0;
        }

        var response = await CallAsync($"STREAM.PURGE.{stream}", new PurgeRequest(subject, belowSequence), JetStreamJson.Default.PurgeRequest, JetStreamJson.Default.SuccessResponse, cancellation);
        return Checked(response, $"purging stream {stream}").Purged;
    }

    private async Task<StreamState> EnsureAsync(StreamConfig config, CancellationToken cancellation)
    {
        var create = $"STREAM.CREATE.{config.Name}";
        var response = await CallAsync(create, config, JetStreamJson.Default.StreamConfig, JetStreamJson.Default.StreamResponse, cancellation);
        if (response.Error?.ErrCode == JetStreamErrors.SubjectsOverlap)
        {
            // The server compares names before subjects: the stream it overlaps with may be this very one, created between the two looks.
            response = await CallAsync(create, config, JetStreamJson.Default.StreamConfig, JetStreamJson.Default.StreamResponse, cancellation);
        }

        if (response.Error?.ErrCode == JetStreamErrors.StreamNameInUse)
        {
            await WholeAsync(config.Name, cancellation);
            response = await CallAsync($"STREAM.UPDATE.{config.Name}", config, JetStreamJson.Default.StreamConfig, JetStreamJson.Default.StreamResponse, cancellation);
        }

        // The server reserves a stream's bytes before it sees that it has it already, and so refuses one it could never hold twice.
        if (response.Error?.ErrCode is JetStreamErrors.InsufficientMemory or JetStreamErrors.InsufficientStorage
            && await FindStreamAsync(config.Name, cancellation) is { } existing)
        {
            return existing;
        }

        var state = ToState(Checked(response, $"ensuring stream {config.Name}"));
        if (state.Created == default)
        {
            // Somebody else is creating it.
            return await WholeAsync(config.Name, cancellation);
        }

        _whole[config.Name] = true;
        return state;
    }

    private async Task<StreamState> WholeAsync(string stream, CancellationToken cancellation)
    {
        var started = Connection.Time.GetTimestamp();
        while (Connection.Time.GetElapsedTime(started) < _options.Timeout)
        {
            if (await FindStreamAsync(stream, cancellation) is { } state)
            {
                return state;
            }
        }

        throw new BusException(BusErrorKind.Timeout, $"stream {stream} is being created by another client for longer than {_options.Timeout.TotalSeconds:0.#} s");
    }

    private static StreamState ToState(StreamResponse response)
    {
        var counts = response.State ?? new StreamCounts(0, 0, 0, 0);

        // A stream that never stored anything begins with 0 for the server, which is no message's number.
        return new StreamState(response.Config?.Name ?? "", response.Created, Math.Max(1, counts.FirstSeq), counts.LastSeq, counts.Messages, counts.Bytes)
        {
            Span = counts.Messages == 0 ? TimeSpan.Zero : counts.LastTs - counts.FirstTs,
        };
    }
}
