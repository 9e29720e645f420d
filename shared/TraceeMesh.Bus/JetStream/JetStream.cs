using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace TraceeMesh.Bus;

/// <summary>
/// Streams and consumers of the bus, over the JSON requests of <c>$JS.API</c>. Cheap to create; holds no resources of its own.
/// </summary>
public sealed partial class JetStream
{
    private readonly JetStreamOptions _options;
    private readonly string _api;

    // Streams that are known to be whole, as many as the caller names: nats-server 2.9 ends with a nil pointer when it is to read
    // or delete a message of a stream, or to update a stream, that it is still creating.
    private readonly ConcurrentDictionary<string, bool> _whole = new(StringComparer.Ordinal);

    /// <summary>Creates the client.</summary>
    /// <param name="connection">The connection it speaks over.</param>
    /// <param name="options">Domain, replicas, time-out.</param>
    public JetStream(BusConnection connection, JetStreamOptions? options = null)
    {
        Connection = connection;
        _options = options ?? new JetStreamOptions();
        _api = _options.Domain is { } domain ? $"$JS.{domain}.API." : "$JS.API.";
    }

    /// <summary>The connection.</summary>
    public BusConnection Connection { get; }

    internal JetStreamOptions Options => _options;

    internal string NewInbox() => _options.StaysOnNode ? Connection.NewInbox("node") : Connection.NewInbox();

    internal string ApiSubject(string verb) => _api + verb;

    /// <summary>Sends one API request. Errors of JetStream are in the response, everything else throws.</summary>
    private async Task<TResponse> CallAsync<TRequest, TResponse>(string verb, TRequest? request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TResponse> responseType, CancellationToken cancellation)
        where TResponse : class, IApiResponse
    {
        var payload = request is null ? [] : JsonSerializer.SerializeToUtf8Bytes(request, requestType);
        return await CallAsync(verb, payload, responseType, cancellation);
    }

    private async Task<TResponse> CallAsync<TResponse>(string verb, byte[] payload, JsonTypeInfo<TResponse> responseType, CancellationToken cancellation)
        where TResponse : class, IApiResponse
    {
        using var reply = await Connection.RequestAsync(_api + verb, payload, _options.Timeout, BusHeaders.None, cancellation);
        switch (reply.Status)
        {
            case ReplyStatus.Ok:
                break;
            case ReplyStatus.NoResponders:
                throw new BusException(BusErrorKind.NoResponders, $"nobody answers '{_api}{verb}': JetStream is not enabled on this server, for this account or in this domain, or what is named does not exist");
            case ReplyStatus.Timeout:
                throw new BusException(BusErrorKind.Timeout, $"JetStream did not answer '{verb}' within {_options.Timeout.TotalSeconds:0.#} s: is a server of the cluster missing, or the user not permitted to ask?");
            case ReplyStatus.Closed:
                throw new BusException(BusErrorKind.Closed, $"'{verb}' was not asked: the connection has been closed");
            case ReplyStatus.Disconnected:
                throw new BusException(BusErrorKind.Disconnected, $"'{verb}' was not answered: the bus is disconnected and being reconnected; try again");
            default:
                throw new BusException(BusErrorKind.InvalidArgument, $"'{verb}' was not asked: {reply.Status}");
        }

        try
        {
            return JsonSerializer.Deserialize(reply.Payload, responseType) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new BusException(BusErrorKind.Protocol, $"JetStream's answer to '{verb}' is not the JSON expected: {e.Message}", e);
        }
    }

    private static TResponse Checked<TResponse>(TResponse response, string doing)
        where TResponse : class, IApiResponse =>
        response.Error is { } error ? throw new JetStreamException(doing, error.ErrCode, error.Description ?? "") : response;

    private static long Nanoseconds(TimeSpan time) => time.Ticks * TimeSpan.NanosecondsPerTick;
}
