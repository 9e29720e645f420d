using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Net.Security;
using Google.Protobuf;

namespace TraceeMesh.Grpc;

/// <summary>
/// Calls to a server, over HTTP/2. They share one connection, so one that hangs does not hold up another; a broken connection is
/// opened anew by the next call. A call never throws for what the server does.
/// </summary>
public sealed class GrpcChannel : IDisposable
{
    private const int MaxConnections = 1;
    private const int MaxDetailLength = 1024;
    private static readonly MediaTypeHeaderValue GrpcType = new("application/grpc");

    private readonly HttpMessageInvoker _http;
    private readonly Uri _server;
    private readonly int _maxReplyBytes;

    /// <summary>A channel to a unix socket, without TLS; it connects at the first call.</summary>
    /// <param name="socket">Path of the unix socket.</param>
    /// <param name="maxReplyBytes">The largest message that is read.</param>
    public GrpcChannel(string socket, int maxReplyBytes)
    {
        _http = new HttpMessageInvoker(UnixSocketHttp.CreateHandler(socket, MaxConnections));
        _server = UnixSocketHttp.Localhost;
        _maxReplyBytes = maxReplyBytes;
    }

    /// <summary>A channel to an address; it connects at the first call.</summary>
    /// <param name="server"><c>http://host:port</c>, or <c>https://host:port</c> with TLS.</param>
    /// <param name="maxReplyBytes">The largest message that is read.</param>
    /// <param name="tls">Which certificates are trusted and shown.</param>
    public GrpcChannel(Uri server, int maxReplyBytes = MessageFrame.DefaultMaxBytes, SslClientAuthenticationOptions? tls = null)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ActivityHeadersPropagator = null };
        if (tls is not null)
        {
            handler.SslOptions = tls;
        }

        _http = new HttpMessageInvoker(handler);
        _server = server;
        _maxReplyBytes = maxReplyBytes;
    }

    /// <summary>Makes one call.</summary>
    /// <typeparam name="T">Type of the reply.</typeparam>
    /// <param name="method">Path of the method: <c>/package.Service/Method</c>.</param>
    /// <param name="request">The request.</param>
    /// <param name="parser">Reads the reply.</param>
    /// <param name="metadata">Sent as headers; names in lower case.</param>
    /// <param name="cancellation">Ends the call, also at the server.</param>
    public async Task<GrpcReply<T>> CallAsync<T>(
        string method,
        IMessage request,
        MessageParser<T> parser,
        IReadOnlyList<KeyValuePair<string, string>> metadata,
        CancellationToken cancellation)
        where T : class, IMessage<T>
    {
        try
        {
            using var message = Request(method, new ByteArrayContent(MessageFrame.Write(request)), metadata);
            using var response = await _http.SendAsync(message, cancellation);
            return await ReadAsync(response, parser, cancellation);
        }
        catch (InvalidProtocolBufferException e)
        {
            return GrpcReply<T>.Failed(TransportFault.Malformed, $"{method}: {e.Message}");
        }
        catch (Exception e) when (TransportFaults.Of(e) is not TransportFault.None and var fault)
        {
            return GrpcReply<T>.Failed(fault, $"{method}: {e.Message}");
        }
    }

    /// <summary>Opens a call whose messages and replies come one by one, of whatever kind it is. Dispose it.</summary>
    /// <typeparam name="T">Type of the replies.</typeparam>
    /// <param name="method">Path of the method: <c>/package.Service/Method</c>.</param>
    /// <param name="metadata">Sent as headers.</param>
    /// <param name="timeout">The deadline told to the server.</param>
    /// <param name="cancellation">Ends the call, also at the server.</param>
    public GrpcClientCall<T> Open<T>(string method, IEnumerable<KeyValuePair<string, string>> metadata, TimeSpan? timeout = null, CancellationToken cancellation = default)
        where T : class, IMessage<T>, new()
    {
        var content = new MessageStreamContent();
        var message = Request(method, content, metadata);
        if (timeout is { } patience)
        {
            message.Headers.TryAddWithoutValidation("grpc-timeout", GrpcTimeout.Format(patience));
        }

        return new GrpcClientCall<T>(_http, message, content, _maxReplyBytes, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    internal static GrpcStatusCode CodeOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.BadRequest => GrpcStatusCode.Internal,
        HttpStatusCode.Unauthorized => GrpcStatusCode.Unauthenticated,
        HttpStatusCode.Forbidden => GrpcStatusCode.PermissionDenied,
        HttpStatusCode.NotFound => GrpcStatusCode.Unimplemented,
        HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => GrpcStatusCode.Unavailable,
        _ => GrpcStatusCode.Unknown,
    };

    // A reply without messages may carry its status in the headers ("Trailers-Only"); every other one does in the trailers.
    internal static bool Status(HttpResponseMessage response, out GrpcStatusCode code, out string detail)
    {
        var headers = response.TrailingHeaders.Contains("grpc-status") ? response.TrailingHeaders : response.Headers;
        detail = "";
        code = GrpcStatusCode.Unknown;
        if (!headers.TryGetValues("grpc-status", out var values)
            || !int.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        code = number <= (int)GrpcStatusCode.Unauthenticated ? (GrpcStatusCode)number : GrpcStatusCode.Unknown;
        if (headers.TryGetValues("grpc-message", out var messages))
        {
            var text = PercentEncoding.Decode(messages.First());
            detail = text.Length <= MaxDetailLength ? text : text[..MaxDetailLength];
        }

        return true;
    }

    private HttpRequestMessage Request(string method, HttpContent content, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, new Uri(_server, method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        message.Content.Headers.ContentType = GrpcType;
        message.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        foreach (var (name, value) in metadata)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        return message;
    }

    private async Task<GrpcReply<T>> ReadAsync<T>(HttpResponseMessage response, MessageParser<T> parser, CancellationToken cancellation)
        where T : class, IMessage<T>
    {
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return GrpcReply<T>.Refused(CodeOf(response.StatusCode), $"HTTP {(int)response.StatusCode}");
        }

        if (response.Content.Headers.ContentType?.MediaType?.StartsWith("application/grpc", StringComparison.Ordinal) is not true)
        {
            return GrpcReply<T>.Failed(TransportFault.Malformed, "the reply is not gRPC");
        }

        using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var head = new byte[MessageFrame.HeadBytes];
        var read = await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellation);
        if (read == 0)
        {
            return Status(response, out var code, out var detail) && code != GrpcStatusCode.Ok
                ? GrpcReply<T>.Refused(code, detail)
                : GrpcReply<T>.Failed(TransportFault.Malformed, "the reply has neither message nor error");
        }

        if (read < head.Length || !MessageFrame.TryReadHead(head, out var length))
        {
            return GrpcReply<T>.Failed(TransportFault.Malformed, "the reply's message has no head that can be read");
        }

        return length > _maxReplyBytes
            ? GrpcReply<T>.Failed(TransportFault.TooLarge, $"the reply has {length} bytes; the limit is {_maxReplyBytes}")
            : await ReadMessageAsync(response, stream, (int)length, parser, cancellation);
    }

    private static async Task<GrpcReply<T>> ReadMessageAsync<T>(
        HttpResponseMessage response, Stream stream, int length, MessageParser<T> parser, CancellationToken cancellation)
        where T : class, IMessage<T>
    {
        // One byte more than the message: a unary reply ends behind it, and only then are the trailers there.
        var buffer = ArrayPool<byte>.Shared.Rent(length + 1);
        try
        {
            var read = await stream.ReadAtLeastAsync(buffer.AsMemory(0, length + 1), length + 1, throwOnEndOfStream: false, cancellation);
            if (read != length)
            {
                return GrpcReply<T>.Failed(TransportFault.Malformed, read < length ? "the reply ends within its message" : "the reply goes on behind its message");
            }

            return !Status(response, out var code, out var detail) ? GrpcReply<T>.Failed(TransportFault.Malformed, "the reply has no status")
                : code != GrpcStatusCode.Ok ? GrpcReply<T>.Refused(code, detail)
                : GrpcReply<T>.Of(parser.ParseFrom(buffer.AsSpan(0, length)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
