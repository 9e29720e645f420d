using System.Globalization;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;

namespace TraceeMesh.Grpc;

/// <summary>
/// Answers gRPC calls over HTTP/2. With <see cref="GrpcService"/> all that Grpc.AspNetCore would replace:
/// 1. check that it is a call, of a method there is; 2. read deadline, encoding, metadata; 3. run the handler until it ends or the
/// deadline does; 4. write the status.
/// </summary>
public sealed partial class GrpcServer
{
    private readonly Dictionary<string, GrpcMethod> _methods = [];
    private readonly GrpcServerOptions _options;
    private readonly ILogger _log;
    private long _calls;
    private long _failures;

    /// <summary>A server of some services.</summary>
    public GrpcServer(IEnumerable<GrpcService> services, GrpcServerOptions options, ILogger log)
    {
        _options = options;
        _log = log;
        foreach (var service in services)
        {
            foreach (var (name, method) in service.Methods)
            {
                _methods.Add($"/{service.Descriptor.FullName}/{name}", method);
            }
        }
    }

    /// <summary>Calls so far.</summary>
    public long Calls => Interlocked.Read(ref _calls);

    /// <summary>Calls whose handler ended with an error it did not name.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>Answers one request. What is no gRPC gets a status of HTTP.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        // 1. A call of a method there is.
        if (!IsGrpc(http.Request))
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        Interlocked.Increment(ref _calls);
        LiftHttpLimits(http);

        // 2. Deadline, encoding, metadata.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        var call = new GrpcCall(http, new GrpcMetadata(), end.Token);
        var refusal = ReadHeaders(http, call, out var timeout, out var gzip);
        using var writer = new GrpcReplyWriter(http, call, _options, compress: gzip && Accepts(http.Request));
        if (!_methods.TryGetValue(call.Method, out var method))
        {
            await writer.EndAsync(GrpcStatusCode.Unimplemented, $"unknown method {call.Method}", default);
            return;
        }

        if (refusal is not null)
        {
            _options.Refused?.Invoke(call, refusal.Code, refusal.Message);
            await writer.EndAsync(refusal.Code, refusal.Message, default);
            return;
        }

        // 3. The handler, until it ends or the deadline does.
        var handling = RunAsync(method, http, gzip, writer, call);
        if (timeout is { } patience)
        {
            await EndAtDeadlineAsync(handling, patience, writer, call, end);
        }

        // 4. The status.
        var (code, message, details) = await handling;
        if (!call.IsHandled)
        {
            _options.Refused?.Invoke(call, code, message);
        }

        if (!http.RequestAborted.IsCancellationRequested)
        {
            await writer.EndAsync(code, message, details);
        }
    }

    private static bool IsGrpc(HttpRequest request) =>
        HttpMethods.IsPost(request.Method)
        && HttpProtocol.IsHttp2(request.Protocol)
        && request.ContentType is { } type
        && type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase)
        && (type.Length == 16 || type[16] is '+' or ';')
        && (type.Length == 16 || type[16] == ';' || type.StartsWith("application/grpc+proto", StringComparison.OrdinalIgnoreCase));

    // A stream lasts as long as its client wants, however slowly it sends; each message has its limit.
    private static void LiftHttpLimits(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }

    private static bool Accepts(HttpRequest request) =>
        request.Headers["grpc-accept-encoding"].Any(v => v is not null && v.Split(',', StringSplitOptions.TrimEntries).Contains("gzip"));

    private static GrpcException? ReadHeaders(HttpContext http, GrpcCall call, out TimeSpan? timeout, out bool gzip)
    {
        (timeout, gzip) = (null, false);
        GrpcException? refusal = null;
        foreach (var (name, values) in http.Request.Headers)
        {
            var key = name.ToLowerInvariant();
            var first = values.Count > 0 ? values[0] ?? "" : "";
            switch (key)
            {
                case "grpc-timeout" when GrpcTimeout.TryParse(first, out var parsed):
                    timeout = parsed;
                    break;
                case "grpc-timeout":
                    refusal = new GrpcException(GrpcStatusCode.Internal, $"the header grpc-timeout is no time: '{first}'");
                    break;
                case "grpc-encoding":
                    gzip = first == "gzip";
                    refusal = gzip || first is "identity" ? refusal : new GrpcException(GrpcStatusCode.Unimplemented, $"messages compressed with '{first}' cannot be read here; gzip and identity can");
                    break;
                case "content-type" or "te" or "host" or "content-length" or "connection":
                    break;
                case { Length: > 0 } when key[0] == ':' || key.StartsWith("grpc-", StringComparison.Ordinal):
                    break;
                default:
                    foreach (var value in values)
                    {
                        if (!call.RequestHeaders.TryAddReceived(key, value ?? ""))
                        {
                            refusal = new GrpcException(GrpcStatusCode.Internal, $"the metadata {key} is not base64");
                        }
                    }

                    break;
            }
        }

        return refusal;
    }

    // Whatever the handler does behind its deadline, the client has its answer; the handler is waited for all the same, since it holds the request.
    private async Task EndAtDeadlineAsync(Task handling, TimeSpan patience, GrpcReplyWriter writer, GrpcCall call, CancellationTokenSource end)
    {
        try
        {
            await handling.WaitAsync(patience, _options.Time);
        }
        catch (TimeoutException)
        {
            call.CancellationCode = GrpcStatusCode.DeadlineExceeded;
            await end.CancelAsync();
            await writer.EndAsync(GrpcStatusCode.DeadlineExceeded, $"not done within the {patience.TotalMilliseconds.ToString("0.###", CultureInfo.InvariantCulture)} ms the client gave", default);
        }
    }

    private async Task<(GrpcStatusCode Code, string Message, ReadOnlyMemory<byte> Details)> RunAsync(
        GrpcMethod method, HttpContext http, bool gzip, GrpcReplyWriter writer, GrpcCall call)
    {
        try
        {
            await method(http.Request.BodyReader, _options, gzip, writer, call);
            return (GrpcStatusCode.Ok, "", default);
        }
        catch (GrpcException e)
        {
            return (e.Code, e.Message, e.Details);
        }
        catch (OperationCanceledException) when (call.Cancellation.IsCancellationRequested)
        {
            return (call.CancellationCode, "the call was cancelled", default);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client is gone, in the middle of whatever it was; nobody hears the status.
            return (GrpcStatusCode.Cancelled, "the client has gone", default);
        }
        catch (Exception e) when (e is ConnectionResetException or ConnectionAbortedException or BadHttpRequestException)
        {
            return (GrpcStatusCode.Cancelled, e.Message, default);
        }
        catch (Exception e)
        {
            Interlocked.Increment(ref _failures);
            LogFailure(_log, e, call.Method);
            return (GrpcStatusCode.Unknown, "the server failed; its log says why", default);
        }
    }

    [LoggerMessage(100, LogLevel.Error, "{Method} ended with an error it does not know")]
    private static partial void LogFailure(ILogger log, Exception exception, string method);
}
