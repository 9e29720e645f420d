using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TraceeMesh.Grpc;

namespace TraceeMesh.Enricher.Containers.Runtimes.Docker;

/// <summary>
/// The Docker Engine API over its socket: GET and nothing else. The version in the path is the newest that both sides know; an
/// engine that says none is asked without one. What is read here has had the same shape in every version.
/// </summary>
internal sealed class EngineClient(string socket) : IDisposable
{
    // A request that hangs keeps its connection until its caller gives up; the others need some of their own.
    private const int MaxConnections = 16;
    private const string NoVersion = "";
    private static readonly Version Newest = new(1, 51);

    private readonly HttpMessageInvoker _http = new(UnixSocketHttp.CreateHandler(socket, MaxConnections));
    private volatile string? _version;

    /// <summary>Asks for one object.</summary>
    /// <param name="path">Path below the version, without a slash before it.</param>
    /// <param name="type">Reads the object.</param>
    /// <param name="cancellation">Ends the question.</param>
    public async Task<EngineReply<T>> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class
    {
        try
        {
            _version ??= await NegotiateAsync(cancellation);
            using var response = await SendAsync($"{_version}/{path}", cancellation);
            if (await BoundedBody.ReadAsync(response, RuntimeLimits.MaxReplyBytes, cancellation) is not { } body)
            {
                return new EngineReply<T>(null, new RuntimeAnswer(RuntimeStatus.TooLarge, Reason: $"{path}: more than {RuntimeLimits.MaxReplyBytes} bytes"));
            }

            return response.StatusCode != HttpStatusCode.OK ? new EngineReply<T>(null, Refusal(path, response.StatusCode, body.Span))
                : JsonSerializer.Deserialize(body.Span, type) is { } value ? new EngineReply<T>(value, null)
                : new EngineReply<T>(null, new RuntimeAnswer(RuntimeStatus.Malformed, Reason: $"{path}: null"));
        }
        catch (JsonException e)
        {
            return new EngineReply<T>(null, new RuntimeAnswer(RuntimeStatus.Malformed, Reason: BoundedText.Reason($"{path}: {e.Message}")));
        }
        catch (Exception e) when (TransportFaults.Of(e) is not TransportFault.None and var fault)
        {
            // Another engine may listen there next.
            _version = null;
            return new EngineReply<T>(null, RuntimeFailures.Of(fault, $"{path}: {e.Message}"));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<string> NegotiateAsync(CancellationToken cancellation)
    {
        using var response = await SendAsync("/_ping", cancellation);
        return response.Headers.TryGetValues("Api-Version", out var values) && Version.TryParse(values.First(), out var theirs)
            ? $"/v{(theirs < Newest ? theirs : Newest).ToString(2)}"
            : NoVersion;
    }

    private async Task<HttpResponseMessage> SendAsync(string path, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(UnixSocketHttp.Localhost, path));
        return await _http.SendAsync(request, cancellation);
    }

    private RuntimeAnswer Refusal(string path, HttpStatusCode status, ReadOnlySpan<byte> body)
    {
        if (status == HttpStatusCode.NotFound)
        {
            return new RuntimeAnswer(RuntimeStatus.NotFound);
        }

        if (status == HttpStatusCode.BadRequest)
        {
            // An engine that was replaced by one that does not know the version says so with this status.
            _version = null;
        }

        return new RuntimeAnswer(RuntimeStatus.Refused, Reason: BoundedText.Reason($"{path}: HTTP {(int)status} {Message(body)}"));
    }

    private static string Message(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, DockerJson.Default.EngineError)?.Message ?? "";
        }
        catch (JsonException)
        {
            return "without a message that can be read";
        }
    }
}
