namespace TraceeMesh.Bus;

/// <summary>What became of a publish to a stream.</summary>
public enum PublishAckStatus
{
    /// <summary>The stream stored it.</summary>
    Stored,

    /// <summary>The stream has a message with this id already; nothing was stored twice.</summary>
    Duplicate,

    /// <summary>No stream takes this subject.</summary>
    NoStream,

    /// <summary>No acknowledgement in time; it may be stored. Send it again with the same id.</summary>
    Timeout,

    /// <summary>The connection was lost; it may be stored. Send it again with the same id.</summary>
    Disconnected,

    /// <summary>The expected last sequence was not the last: somebody else wrote first.</summary>
    WrongLastSequence,

    /// <summary>JetStream refused it, see code and description.</summary>
    Refused,

    /// <summary>The connection is closed, or the subject, a header or the size is not acceptable; it was not sent.</summary>
    NotSent,
}
