namespace TraceeMesh.Bus;

public sealed partial class JetStream
{
    /// <summary>
    /// Creates a consumer, or takes up one of the same name and definition, and starts pulling.
    /// </summary>
    /// <param name="definition">Which messages, from where.</param>
    /// <param name="options">How to pull.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="JetStreamException">The stream is not there, or a consumer of this name has another definition.</exception>
    public async Task<PullConsumer> CreateConsumerAsync(ConsumerDefinition definition, PullOptions? options = null, CancellationToken cancellation = default)
    {
        definition = definition with { Name = definition.Name ?? $"c{Guid.NewGuid():N}" };
        var consumer = new PullConsumer(this, definition, options ?? PullOptions.Default);
        try
        {
            await consumer.StartAsync(cancellation);
            return consumer;
        }
        catch
        {
            await consumer.DisposeAsync();
            throw;
        }
    }

    /// <summary>A consumer as it is now; null when it or its stream is not there.</summary>
    /// <param name="stream">Name of the stream.</param>
    /// <param name="consumer">Name of the consumer.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<ConsumerState?> FindConsumerAsync(string stream, string consumer, CancellationToken cancellation = default)
    {
        var response = await CallAsync($"CONSUMER.INFO.{stream}.{consumer}", [], JetStreamJson.Default.ConsumerResponse, cancellation);
        return response.Error?.ErrCode is JetStreamErrors.ConsumerNotFound or JetStreamErrors.StreamNotFound
            ? null
            : ToState(Checked(response, $"asking for consumer {consumer} of stream {stream}"));
    }

    /// <summary>Deletes a consumer.</summary>
    /// <param name="stream">Name of the stream.</param>
    /// <param name="consumer">Name of the consumer.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> DeleteConsumerAsync(string stream, string consumer, CancellationToken cancellation = default)
    {
        var response = await CallAsync($"CONSUMER.DELETE.{stream}.{consumer}", [], JetStreamJson.Default.SuccessResponse, cancellation);
        return response.Error?.ErrCode is not (JetStreamErrors.ConsumerNotFound or JetStreamErrors.StreamNotFound)
            && Checked(response, $"deleting consumer {consumer} of stream {stream}").Success;
    }

    /// <summary>The names of a stream's consumers.</summary>
    /// <param name="stream">Name of the stream.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="JetStreamException">The stream is not there.</exception>
    public async Task<IReadOnlyList<string>> ListConsumersAsync(string stream, CancellationToken cancellation = default)
    {
        var names = new List<string>();
        while (true)
        {
            var response = await CallAsync($"CONSUMER.NAMES.{stream}", new ConsumerNamesRequest(names.Count), JetStreamJson.Default.ConsumerNamesRequest, JetStreamJson.Default.ConsumerNamesResponse, cancellation);
            var page = Checked(response, $"listing the consumers of stream {stream}").Consumers ?? [];
            names.AddRange(page);
            if (page.Count == 0 || names.Count >= response.Total)
            {
                return names;
            }
        }
    }

    internal async Task<ConsumerState> EnsureConsumerAsync(ConsumerDefinition definition, CancellationToken cancellation)
    {
        var name = definition.Name!;
        var durable = definition.InactiveThreshold is null;
        var acknowledged = definition.AckPolicy == AckPolicy.Explicit;
        var config = new ConsumerConfig
        {
            Name = name,
            DurableName = durable ? name : null,
            DeliverPolicy = definition.Start.Policy,
            OptStartSeq = definition.Start.Sequence,
            OptStartTime = definition.Start.Time?.UtcDateTime.ToString("O"),
            AckPolicy = acknowledged ? "explicit" : "none",
            AckWait = acknowledged ? Nanoseconds(definition.AckWait) : null,
            MaxAckPending = acknowledged ? definition.MaxAckPending : null,
            FilterSubject = definition.FilterSubject,
            InactiveThreshold = definition.InactiveThreshold is { } threshold ? Nanoseconds(threshold) : null,
            HeadersOnly = definition.HeadersOnly ? true : null,
            MemStorage = durable ? null : true,
        };
        var verb = durable ? $"CONSUMER.DURABLE.CREATE.{definition.Stream}.{name}" : $"CONSUMER.CREATE.{definition.Stream}.{name}";
        var response = await CallAsync(verb, new ConsumerCreateRequest(definition.Stream, config), JetStreamJson.Default.ConsumerCreateRequest, JetStreamJson.Default.ConsumerResponse, cancellation);
        return ToState(Checked(response, $"creating consumer {name} of stream {definition.Stream}"));
    }

    private static ConsumerState ToState(ConsumerResponse response) => new(
        response.Name ?? "",
        response.Created,
        response.Delivered?.ConsumerSeq ?? 0,
        response.Delivered?.StreamSeq ?? 0,
        response.AckFloor?.StreamSeq ?? 0,
        response.NumPending,
        response.NumAckPending);
}
