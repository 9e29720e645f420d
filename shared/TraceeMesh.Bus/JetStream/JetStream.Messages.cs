using System.Text;
using TraceeMesh.Contracts;

namespace TraceeMesh.Bus;

public sealed partial class JetStream
{
    /// <summary>Name of the header by which a publish is refused unless the subject's last sequence is the one given.</summary>
    internal const string ExpectedLastSubjectSequence = "Nats-Expected-Last-Subject-Sequence";

    /// <summary>Publishes to a stream and waits for its acknowledgement.</summary>
    /// <param name="subject">A subject some stream takes.</param>
    /// <param name="payload">What; copied before the call returns.</param>
    /// <param name="messageId">By which the stream knows a repetition, within its duplicate window; none when absent.</param>
    /// <param name="headers">Further headers.</param>
    /// <param name="cancellation">Gives up waiting; it may be stored all the same.</param>
    public ValueTask<PublishAck> PublishAsync(string subject, ReadOnlySpan<byte> payload, string? messageId = null, BusHeaders headers = default, CancellationToken cancellation = default)
    {
        if (messageId is not null && Mechanisms.MessageIds)
        {
            headers = headers.With(BusHeaders.MessageId, messageId);
        }

        return AcknowledgedAsync(Connection.RequestAsync(subject, payload, _options.Timeout, headers, cancellation));
    }

    /// <summary>The message with a sequence; null when the stream or the message is not there.</summary>
    /// <param name="stream">Name of the stream.</param>
    /// <param name="sequence">Its sequence.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<StoredMessage?> GetMessageAsync(string stream, long sequence, CancellationToken cancellation = default) => GetAsync(stream, new MessageGetRequest(sequence, null), cancellation);

    /// <summary>The last message of a subject; null when there is none.</summary>
    /// <param name="stream">Name of the stream.</param>
    /// <param name="subject">The subject.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<StoredMessage?> GetLastMessageAsync(string stream, string subject, CancellationToken cancellation = default) => GetAsync(stream, new MessageGetRequest(null, subject), cancellation);

    /// <summary>Removes one message; its sequence stays empty.</summary>
    /// <param name="stream">Name of the stream.</param>
    /// <param name="sequence">Its sequence.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Whether it was there.</returns>
    public async Task<bool> DeleteMessageAsync(string stream, long sequence, CancellationToken cancellation = default)
    {
        if (!await IsWholeAsync(stream, cancellation))
        {
            return false;
        }

        var response = await CallAsync($"STREAM.MSG.DELETE.{stream}", new MessageDeleteRequest(sequence, true), JetStreamJson.Default.MessageDeleteRequest, JetStreamJson.Default.SuccessResponse, cancellation);
        return response.Error?.ErrCode is not (JetStreamErrors.SequenceNotFound or JetStreamErrors.MessageNotFound or JetStreamErrors.StreamNotFound) && Checked(response, $"deleting message {sequence} of stream {stream}").Success;
    }

    private static async ValueTask<PublishAck> AcknowledgedAsync(ValueTask<BusReply> request)
    {
        using var reply = await request;
        return reply.Status switch
        {
            ReplyStatus.Ok => PublishAckReader.Read(reply.Payload),
            ReplyStatus.NoResponders => new PublishAck(PublishAckStatus.NoStream),
            ReplyStatus.Timeout => new PublishAck(PublishAckStatus.Timeout),
            ReplyStatus.Disconnected => new PublishAck(PublishAckStatus.Disconnected),
            _ => new PublishAck(PublishAckStatus.NotSent),
        };
    }

    private async ValueTask<bool> IsWholeAsync(string stream, CancellationToken cancellation) =>
        _whole.ContainsKey(stream) || await FindStreamAsync(stream, cancellation) is not null;

    private async Task<StoredMessage?> GetAsync(string stream, MessageGetRequest request, CancellationToken cancellation)
    {
        if (!await IsWholeAsync(stream, cancellation))
        {
            return null;
        }

        var response = await CallAsync($"STREAM.MSG.GET.{stream}", request, JetStreamJson.Default.MessageGetRequest, JetStreamJson.Default.MessageGetResponse, cancellation);
        switch (response.Error?.ErrCode)
        {
            case JetStreamErrors.MessageNotFound or JetStreamErrors.SequenceNotFound:
                return null;
            case JetStreamErrors.StreamNotFound:
                _whole.TryRemove(stream, out _);
                return null;
        }

        var raw = Checked(response, $"reading a message of stream {stream}").Message;
        return raw is null ? null : new StoredMessage(raw.Subject ?? "", raw.Seq, raw.Time, ParseHeaders(raw.Hdrs), raw.Data ?? []);
    }

    /// <summary>Reads a stored header block: a version line, then <c>Name: value</c> lines. Lines that are neither are passed over.</summary>
    private static BusHeaders ParseHeaders(byte[]? block)
    {
        var headers = BusHeaders.None;
        if (block is not null)
        {
            foreach (var line in Encoding.UTF8.GetString(block).AsSpan().EnumerateLines())
            {
                var colon = line.IndexOf(':');
                if (colon > 0 && headers.Count < BusHeaders.MaxCount)
                {
                    headers = headers.With(line[..colon].ToString(), line[(colon + 1)..].Trim().ToString());
                }
            }
        }

        return headers;
    }
}
