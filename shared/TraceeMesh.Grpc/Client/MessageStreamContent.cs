using System.Net;
using System.Net.Http;

namespace TraceeMesh.Grpc;

/// <summary>A request body that grows while the call lasts.</summary>
internal sealed class MessageStreamContent : HttpContent
{
    private readonly TaskCompletionSource<Stream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Where to write, once the request is on its way.</summary>
    public Task<Stream> Stream => _stream.Task;

    /// <summary>Nothing more comes.</summary>
    public void Complete() => _complete.TrySetResult();

    /// <summary>The request could not be sent.</summary>
    public void Fail(Exception e)
    {
        if (_stream.TrySetException(e))
        {
            // Whoever writes sees it; nobody else has to.
            _ = _stream.Task.Exception;
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _stream.TrySetResult(stream);
        await _complete.Task.WaitAsync(cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = -1;
        return false;
    }
}
