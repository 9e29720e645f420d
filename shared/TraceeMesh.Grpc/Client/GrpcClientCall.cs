using System.IO.Pipelines;
using System.Net;
using System.Net.Http;
using Google.Protobuf;

namespace TraceeMesh.Grpc;

/// <summary>A call as its client sees it: messages go out, replies come in, a status ends it.</summary>
/// <typeparam name="T">Type of the replies.</typeparam>
public sealed class GrpcClientCall<T> : IAsyncDisposable
    where T : class, IMessage<T>, new()
{
    private readonly HttpRequestMessage _request;
    private readonly MessageStreamContent _content;
    private readonly int _maxReplyBytes;
    private readonly CancellationTokenSource _end;
    private readonly Task<HttpResponseMessage> _response;
    private GrpcRequests<T>? _replies;

    internal GrpcClientCall(HttpMessageInvoker http, HttpRequestMessage request, MessageStreamContent content, int maxReplyBytes, CancellationToken cancellation)
    {
        _request = request;
        _content = content;
        _maxReplyBytes = maxReplyBytes;
        _end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _response = SendAsync(http);
    }

    /// <summary>The reply read last.</summary>
    public T Current => _replies!.Current;

    /// <summary>How the call ended; <see cref="GrpcStatusCode.Ok"/> until it has.</summary>
    public GrpcStatusCode Code { get; private set; }

    /// <summary>Why it ended so, for people.</summary>
    public string Detail { get; private set; } = "";

    /// <summary>The headers and trailers of the reply, once the call has ended.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; private set; } = new Dictionary<string, string>();

    /// <summary>Sends a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="flush">False where another follows at once.</param>
    /// <returns>False when the call has ended; read on to learn why.</returns>
    public async ValueTask<bool> WriteAsync(IMessage message, bool flush = true) => await WriteRawAsync(MessageFrame.Write(message), flush);

    /// <summary>Sends bytes as they are: one or several frames, or what ought not to be one.</summary>
    /// <param name="frames">The bytes.</param>
    /// <param name="flush">False where more follow at once.</param>
    /// <returns>False when the call has ended; read on to learn why.</returns>
    public async ValueTask<bool> WriteRawAsync(ReadOnlyMemory<byte> frames, bool flush = true)
    {
        try
        {
            var stream = await _content.Stream;
            await stream.WriteAsync(frames, _end.Token);
            if (flush)
            {
                await stream.FlushAsync(_end.Token);
            }

            return true;
        }
        catch (Exception e) when (TransportFaults.Of(e) != TransportFault.None)
        {
            return false;
        }
    }

    /// <summary>Nothing more is sent.</summary>
    public void Complete() => _content.Complete();

    /// <summary>Reads the next reply into <see cref="Current"/>; false when the call has ended, and <see cref="Code"/> says how.</summary>
    public async ValueTask<bool> ReadAsync()
    {
        try
        {
            var response = await _response;
            if (_replies is null)
            {
                if (response.StatusCode != HttpStatusCode.OK)
                {
                    return Ended(GrpcChannel.CodeOf(response.StatusCode), $"HTTP {(int)response.StatusCode}");
                }

                var gzip = response.Headers.TryGetValues("grpc-encoding", out var encodings) && encodings.Contains("gzip");
                _replies = new GrpcRequests<T>(PipeReader.Create(await response.Content.ReadAsStreamAsync(_end.Token)), _maxReplyBytes, gzip, _end.Token);
            }

            if (await _replies.ReadAsync())
            {
                return true;
            }

            Metadata = response.Headers.Concat(response.TrailingHeaders).GroupBy(h => h.Key.ToLowerInvariant()).ToDictionary(h => h.Key, h => string.Join(',', h.SelectMany(v => v.Value)));
            return GrpcChannel.Status(response, out var code, out var detail) ? Ended(code, detail) : Ended(GrpcStatusCode.Internal, "the reply has no status");
        }
        catch (GrpcException e)
        {
            return Ended(e.Code, e.Message);
        }
        catch (Exception e) when (TransportFaults.Of(e) is not TransportFault.None and var fault)
        {
            return Ended(fault is TransportFault.Timeout ? GrpcStatusCode.Cancelled : GrpcStatusCode.Unavailable, e.Message);
        }
    }

    /// <summary>Ends the call, if it has not ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _content.Complete();
        await ((Task)_response).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_response.IsCompletedSuccessfully)
        {
            (await _response).Dispose();
        }

        _request.Dispose();
        _end.Dispose();
    }

    private bool Ended(GrpcStatusCode code, string detail)
    {
        (Code, Detail) = (code, detail);
        return false;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMessageInvoker http)
    {
        try
        {
            return await http.SendAsync(_request, _end.Token);
        }
        catch (Exception e)
        {
            _content.Fail(e);
            throw;
        }
    }
}
