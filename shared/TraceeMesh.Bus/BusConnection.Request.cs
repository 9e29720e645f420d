using System.Buffers.Text;

namespace TraceeMesh.Bus;

public sealed partial class BusConnection
{
    private long _lateReplies;

    /// <summary>Asks and waits for one reply. Many requests may be in flight; none holds a thread.</summary>
    /// <param name="subject">Whom to ask.</param>
    /// <param name="payload">The question; copied before the call returns.</param>
    /// <param name="timeout">How long to wait; precise to about 10 ms.</param>
    /// <param name="headers">Headers of the question.</param>
    /// <param name="cancellation">Gives up with <see cref="OperationCanceledException"/>.</param>
    /// <returns>The reply or the named reason there is none. Await it, once.</returns>
    public ValueTask<BusReply> RequestAsync(string subject, ReadOnlySpan<byte> payload, TimeSpan timeout, BusHeaders headers = default, CancellationToken cancellation = default)
    {
        if (_requests.TryStart(timeout) is not { } request)
        {
            return ValueTask.FromResult(new BusReply(ReplyStatus.TooManyInFlight));
        }

        var generation = request.Generation;
        var task = request.Task(cancellation);
        var status = PublishRequest(subject, payload, headers, request);
        if (status != PublishStatus.Ok && request.TryClaim(generation))
        {
            request.Complete(new BusReply(status switch
            {
                PublishStatus.Disconnected or PublishStatus.Failed => ReplyStatus.Disconnected,
                PublishStatus.Closed => ReplyStatus.Closed,
                _ => ReplyStatus.Refused,
            }));
        }

        return task;
    }

    /// <summary>Asks and waits for one reply.</summary>
    /// <param name="subject">Whom to ask.</param>
    /// <param name="payload">The question.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="headers">Headers of the question.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The reply; dispose it.</returns>
    /// <exception cref="BusException">There is no reply.</exception>
    public async Task<BusMessage> RequestMessageAsync(string subject, ReadOnlyMemory<byte> payload, TimeSpan timeout, BusHeaders headers = default, CancellationToken cancellation = default)
    {
        var reply = await RequestAsync(subject, payload.Span, timeout, headers, cancellation);
        return reply.Message ?? throw (reply.Status switch
        {
            ReplyStatus.NoResponders => new BusException(BusErrorKind.NoResponders, $"nobody answers '{subject}': the service that owns it is not running or not connected to this bus"),
            ReplyStatus.Timeout => new BusException(BusErrorKind.Timeout, $"no answer from '{subject}' within {timeout.TotalMilliseconds:0} ms"),
            ReplyStatus.Disconnected => new BusException(BusErrorKind.Disconnected, $"no answer from '{subject}': the bus is disconnected and being reconnected; try again"),
            ReplyStatus.Closed => new BusException(BusErrorKind.Closed, $"no answer from '{subject}': the connection has been closed"),
            ReplyStatus.TooManyInFlight => new BusException(BusErrorKind.LimitReached, $"'{subject}' was not asked: {_options.MaxRequestsInFlight} requests are in flight"),
            _ => new BusException(BusErrorKind.InvalidArgument, $"'{subject}' was not asked: the subject, a header or the size of the payload is not acceptable"),
        });
    }

    private unsafe PublishStatus PublishRequest(string subject, ReadOnlySpan<byte> payload, BusHeaders headers, PendingRequest request)
    {
        // Both subjects live on the stack; the reply's is <inbox>.r.<slot>-<generation>, in hexadecimal.
        Span<byte> encoded = stackalloc byte[LibNats.MaxSubjectLength + 1];
        Span<byte> reply = stackalloc byte[LibNats.MaxSubjectLength + 1];
        if (!LibNats.TryEncodeSubject(subject, encoded))
        {
            return Count(PublishStatus.InvalidSubject);
        }

        _inbox.CopyTo(reply);
        var position = _inbox.Length;
        Utf8Formatter.TryFormat(request.Slot, reply[position..], out var written, 'x');
        position += written;
        reply[position++] = (byte)'-';
        Utf8Formatter.TryFormat(request.Generation, reply[position..], out written, 'x');
        reply[position + written] = 0;
        fixed (byte* subjectPointer = encoded, replyPointer = reply)
        {
            return PublishEncoded(subjectPointer, payload, headers, replyPointer);
        }
    }

    private void OnReply(IncomingMessage message)
    {
        var token = message.SubjectBytes[_inbox.Length..];
        if (!Utf8Parser.TryParse(token, out int slot, out var read, 'x')
            || read >= token.Length || token[read] != (byte)'-'
            || !Utf8Parser.TryParse(token[(read + 1)..], out long generation, out _, 'x')
            || _requests.TryClaim(slot, generation) is not { } request)
        {
            Interlocked.Increment(ref _lateReplies);
            return;
        }

        request.Complete(message.IsNoResponders ? new BusReply(ReplyStatus.NoResponders) : new BusReply(ReplyStatus.Ok, message.ToMessage()));
    }
}
