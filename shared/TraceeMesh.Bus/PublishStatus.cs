namespace TraceeMesh.Bus;

/// <summary>What became of a publish on this side; <see cref="Ok"/> does not say that anybody received it.</summary>
public enum PublishStatus
{
    /// <summary>Handed to the connection.</summary>
    Ok,

    /// <summary>No server at the moment and no room in the reconnect buffer.</summary>
    Disconnected,

    /// <summary>The connection is draining or closed.</summary>
    Closed,

    /// <summary>The subject is empty, too long, or has a space, a control or a non-ASCII character.</summary>
    InvalidSubject,

    /// <summary>A header name or value has a control character or is too long.</summary>
    InvalidHeader,

    /// <summary>The payload exceeds what the server takes.</summary>
    PayloadTooLarge,

    /// <summary>The socket failed; the connection is about to be restored.</summary>
    Failed,
}
