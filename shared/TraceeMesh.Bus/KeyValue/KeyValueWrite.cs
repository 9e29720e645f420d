namespace TraceeMesh.Bus;

/// <summary>The outcome of a write to a bucket.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="Revision">Its revision when written.</param>
/// <param name="Description">The bus's words when refused.</param>
public readonly record struct KeyValueWrite(KeyValueWriteStatus Status, long Revision = 0, string? Description = null)
{
    /// <summary>Whether it is stored.</summary>
    public bool IsWritten => Status == KeyValueWriteStatus.Written;

    internal static KeyValueWrite From(PublishAck ack) => ack.Status switch
    {
        PublishAckStatus.Stored or PublishAckStatus.Duplicate => new KeyValueWrite(KeyValueWriteStatus.Written, ack.Sequence),
        PublishAckStatus.WrongLastSequence => new KeyValueWrite(KeyValueWriteStatus.Conflict),
        PublishAckStatus.NoStream => new KeyValueWrite(KeyValueWriteStatus.NoBucket),
        PublishAckStatus.Timeout or PublishAckStatus.Disconnected => new KeyValueWrite(KeyValueWriteStatus.Unknown),
        _ => new KeyValueWrite(KeyValueWriteStatus.Refused, 0, ack.Description ?? ack.Status.ToString()),
    };
}
