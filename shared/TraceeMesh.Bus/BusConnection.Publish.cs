using System.Text;

namespace TraceeMesh.Bus;

public sealed unsafe partial class BusConnection
{
    /// <summary>Enough for a header name or a short value; longer values are encoded on the heap.</summary>
    private const int HeaderScratch = 512;

    private long _publishErrors;

    /// <summary>Publishes; may block while the socket is full.</summary>
    /// <param name="subject">Where to.</param>
    /// <param name="payload">What; copied before the call returns.</param>
    /// <param name="headers">With which headers.</param>
    /// <param name="reply">Where an answer is wanted.</param>
    /// <exception cref="BusException">It was not published.</exception>
    public void Publish(string subject, ReadOnlySpan<byte> payload, BusHeaders headers = default, string? reply = null)
    {
        var status = TryPublish(subject, payload, headers, reply);
        if (status != PublishStatus.Ok)
        {
            BusException.Throw(status, subject);
        }
    }

    /// <summary>Publishes; may block while the socket is full. What is not published is counted in <see cref="BusStatistics.PublishErrors"/>.</summary>
    /// <param name="subject">Where to.</param>
    /// <param name="payload">What; copied before the call returns.</param>
    /// <param name="headers">With which headers.</param>
    /// <param name="reply">Where an answer is wanted.</param>
    public PublishStatus TryPublish(string subject, ReadOnlySpan<byte> payload, BusHeaders headers = default, string? reply = null)
    {
        Span<byte> encoded = stackalloc byte[LibNats.MaxSubjectLength + 1];
        Span<byte> encodedReply = stackalloc byte[reply is null ? 0 : LibNats.MaxSubjectLength + 1];
        if (!LibNats.TryEncodeSubject(subject, encoded) || (reply is not null && !LibNats.TryEncodeSubject(reply, encodedReply)))
        {
            return Count(PublishStatus.InvalidSubject);
        }

        fixed (byte* subjectPointer = encoded, replyPointer = encodedReply)
        {
            return PublishEncoded(subjectPointer, payload, headers, replyPointer);
        }
    }

    /// <summary>Publishes to a subject that is checked and ends with a zero byte.</summary>
    internal PublishStatus PublishEncoded(byte* subject, ReadOnlySpan<byte> payload, BusHeaders headers, byte* reply)
    {
        if (subject == null || *subject == 0)
        {
            return Count(PublishStatus.InvalidSubject);
        }

        if (_options.ReconnectBufferBytes == 0 && LibNats.ConnectionStatus(_native.Pointer) is NatsConnectionStatus.Reconnecting or NatsConnectionStatus.Disconnected)
        {
            return Count(PublishStatus.Disconnected);
        }

        fixed (byte* data = payload)
        {
            if (headers.Count > 0)
            {
                return Count(PublishWithHeaders(subject, reply, data, payload.Length, headers));
            }

            var status = reply == null
                ? LibNats.Publish(_native.Pointer, subject, data, payload.Length)
                : LibNats.PublishRequest(_native.Pointer, subject, reply, data, payload.Length);
            return Count(ToPublishStatus(status));
        }
    }

    private PublishStatus PublishWithHeaders(byte* subject, byte* reply, byte* data, int length, BusHeaders headers)
    {
        nint message = 0;
        var status = LibNats.MessageCreate(&message, subject, reply, data, length);
        if (status != NatsStatus.Ok)
        {
            return ToPublishStatus(status);
        }

        try
        {
            foreach (ref readonly var header in headers.Span)
            {
                if (!TrySetHeader(message, header))
                {
                    return PublishStatus.InvalidHeader;
                }
            }

            return ToPublishStatus(LibNats.PublishMessage(_native.Pointer, message));
        }
        finally
        {
            LibNats.MessageDestroy(message);
        }
    }

    private static bool TrySetHeader(nint message, in BusHeader header)
    {
        Span<byte> name = stackalloc byte[HeaderScratch];
        if (!LibNats.TryEncodeSubject(header.Name, name) || name.Contains((byte)':') || header.Value.AsSpan().ContainsAny('\r', '\n', '\0'))
        {
            return false;
        }

        var size = Encoding.UTF8.GetByteCount(header.Value);
        if (size > BusHeaders.MaxValueLength)
        {
            return false;
        }

        Span<byte> value = size < HeaderScratch ? stackalloc byte[HeaderScratch] : new byte[size + 1];
        value[Encoding.UTF8.GetBytes(header.Value, value)] = 0;
        fixed (byte* namePointer = name, valuePointer = value)
        {
            return LibNats.HeaderSet(message, namePointer, valuePointer) == NatsStatus.Ok;
        }
    }

    private static PublishStatus ToPublishStatus(NatsStatus status) => status switch
    {
        NatsStatus.Ok => PublishStatus.Ok,
        NatsStatus.InsufficientBuffer or NatsStatus.Disconnected => PublishStatus.Disconnected,
        NatsStatus.ConnectionClosed or NatsStatus.Draining => PublishStatus.Closed,
        NatsStatus.MaxPayload => PublishStatus.PayloadTooLarge,
        _ => PublishStatus.Failed,
    };

    private PublishStatus Count(PublishStatus status)
    {
        if (status != PublishStatus.Ok)
        {
            Interlocked.Increment(ref _publishErrors);
        }

        return status;
    }
}
