using System.Globalization;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace TraceeMesh.Grpc;

/// <summary>Writes headers, messages and status of one call. After the status nothing more is written, whoever tries.</summary>
internal sealed class GrpcReplyWriter(HttpContext http, GrpcCall call, GrpcServerOptions options, bool compress) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private bool _started;
    private bool _ended;

    public async ValueTask StartAsync()
    {
        await _gate.WaitAsync(call.Cancellation);
        try
        {
            RefuseEnded_NeedsLock();
            Start_NeedsLock();
            await http.Response.BodyWriter.FlushAsync(call.Cancellation);
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask WriteAsync(IMessage message, bool flush)
    {
        await _gate.WaitAsync(call.Cancellation);
        try
        {
            RefuseEnded_NeedsLock();
            Start_NeedsLock();
            var output = http.Response.BodyWriter;
            if (compress && message.CalculateSize() >= options.CompressFromBytes)
            {
                GzipMessage.Write(output, message);
            }
            else
            {
                MessageFrame.Write(output, message);
            }

            if (flush)
            {
                await output.FlushAsync(call.Cancellation);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Ends the reply: the status is in the trailers, or, where nothing was written, in the headers.</summary>
    public async ValueTask EndAsync(GrpcStatusCode code, string message, ReadOnlyMemory<byte> details)
    {
        await _gate.WaitAsync(CancellationToken.None);
        try
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
            var status = _started ? Trailers() : Start_NeedsLock();
            status["grpc-status"] = ((int)code).ToString(CultureInfo.InvariantCulture);
            if (message.Length > 0)
            {
                status["grpc-message"] = PercentEncoding.Encode(message);
            }

            if (!details.IsEmpty)
            {
                status["grpc-status-details-bin"] = Convert.ToBase64String(details.Span).TrimEnd('=');
            }

            foreach (var (name, value) in call.ResponseTrailers)
            {
                status.Append(name, value);
            }

            await http.Response.CompleteAsync();
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private IHeaderDictionary Trailers() => http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpResponseTrailersFeature>()!.Trailers;

    private void RefuseEnded_NeedsLock()
    {
        if (_ended)
        {
            throw new OperationCanceledException("the call has ended");
        }
    }

    private IHeaderDictionary Start_NeedsLock()
    {
        var headers = http.Response.Headers;
        if (!_started)
        {
            _started = true;
            http.Response.ContentType = "application/grpc";
            headers["grpc-accept-encoding"] = "identity,gzip";
            if (compress)
            {
                headers["grpc-encoding"] = "gzip";
            }

            foreach (var (name, value) in call.ResponseHeaders)
            {
                headers.Append(name, value);
            }
        }

        return headers;
    }
}
