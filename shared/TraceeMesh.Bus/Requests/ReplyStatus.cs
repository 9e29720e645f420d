namespace TraceeMesh.Bus;

/// <summary>What became of a request.</summary>
public enum ReplyStatus
{
    /// <summary>A reply came.</summary>
    Ok,

    /// <summary>Nobody serves the subject; known at once, without waiting.</summary>
    NoResponders,

    /// <summary>No reply came in time.</summary>
    Timeout,

    /// <summary>The connection was lost, before or after the request left; the other side may have acted on it.</summary>
    Disconnected,

    /// <summary>The connection is draining or closed.</summary>
    Closed,

    /// <summary>The bound of requests in flight is reached; this one was not sent.</summary>
    TooManyInFlight,

    /// <summary>The subject, a header or the size is not acceptable; this one was not sent.</summary>
    Refused,
}
