namespace TraceeMesh.Bus;

/// <summary>The outcome of a publish to a stream.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="Stream">The stream that answered.</param>
/// <param name="Sequence">Its sequence there; for a duplicate that of the first.</param>
/// <param name="Domain">The domain of the stream, when it has one.</param>
/// <param name="ErrorCode">JetStream's error code when refused.</param>
/// <param name="Description">JetStream's words when refused.</param>
public readonly record struct PublishAck(PublishAckStatus Status, string? Stream = null, long Sequence = 0, string? Domain = null, int ErrorCode = 0, string? Description = null)
{
    /// <summary>Whether the stream holds the message.</summary>
    public bool IsStored => Status is PublishAckStatus.Stored or PublishAckStatus.Duplicate;

    /// <summary>This outcome, if the message is stored.</summary>
    /// <param name="subject">Where it was published, for the message.</param>
    /// <exception cref="BusException">It is not stored.</exception>
    public PublishAck OrThrow(string subject) => IsStored ? this : throw (Status switch
    {
        PublishAckStatus.NoStream => new BusException(BusErrorKind.NoResponders, $"'{subject}' is not stored: no stream takes this subject; ensure the stream first"),
        PublishAckStatus.Timeout => new BusException(BusErrorKind.Timeout, $"'{subject}' may not be stored: no acknowledgement in time; send it again with the same id"),
        PublishAckStatus.Disconnected => new BusException(BusErrorKind.Disconnected, $"'{subject}' may not be stored: the connection was lost; send it again with the same id"),
        PublishAckStatus.NotSent => new BusException(BusErrorKind.InvalidArgument, $"'{subject}' was not sent: the connection is closed or the subject, a header or the size is not acceptable"),
        _ => new JetStreamException($"publishing to '{subject}'", ErrorCode, Description ?? Status.ToString()),
    });
}
