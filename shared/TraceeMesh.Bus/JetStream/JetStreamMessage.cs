namespace TraceeMesh.Bus;

/// <summary>A message delivered by a consumer. Dispose it to give its buffer back; acknowledge before that.</summary>
public sealed class JetStreamMessage : IDisposable
{
    private readonly BusMessage _message;

    internal JetStreamMessage(BusMessage message, in MessageMetadata metadata)
    {
        _message = message;
        Metadata = metadata;
    }

    /// <summary>What the stream says about it.</summary>
    public MessageMetadata Metadata { get; }

    /// <summary>The subject it was published to.</summary>
    public string Subject => _message.Subject;

    /// <summary>The subject's bytes, valid until disposed.</summary>
    public ReadOnlySpan<byte> SubjectBytes => _message.SubjectBytes;

    /// <summary>The headers; they outlive the message.</summary>
    public BusHeaders Headers => _message.Headers;

    /// <summary>The payload, valid until disposed.</summary>
    public ReadOnlySpan<byte> Payload => _message.Payload;

    /// <summary>The payload, valid until disposed.</summary>
    public ReadOnlyMemory<byte> PayloadMemory => _message.PayloadMemory;

    /// <summary>Done: do not deliver it again. Not confirmed; lost with the connection it leads to another delivery.</summary>
    public PublishStatus Ack() => _message.Respond("+ACK"u8);

    /// <summary>Not done: deliver it again now.</summary>
    public PublishStatus Nak() => _message.Respond("-NAK"u8);

    /// <summary>Still at it: count the time to acknowledge anew.</summary>
    public PublishStatus InProgress() => _message.Respond("+WPI"u8);

    /// <summary>Never deliver it again, though it was not done.</summary>
    public PublishStatus Terminate() => _message.Respond("+TERM"u8);

    /// <summary>Gives the buffer back.</summary>
    public void Dispose() => _message.Dispose();
}
