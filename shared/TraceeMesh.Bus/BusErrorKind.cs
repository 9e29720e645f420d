namespace TraceeMesh.Bus;

/// <summary>What kind of thing went wrong on the bus.</summary>
public enum BusErrorKind
{
    /// <summary>The NATS C client is not installed or too old.</summary>
    LibraryMissing,

    /// <summary>No server answers at the addresses given.</summary>
    Unreachable,

    /// <summary>The server refused who we are.</summary>
    Unauthorized,

    /// <summary>The server knows us but forbids this subject.</summary>
    NotPermitted,

    /// <summary>No encrypted connection could be agreed on.</summary>
    Tls,

    /// <summary>An option, a subject or a name is not usable.</summary>
    InvalidArgument,

    /// <summary>The connection is lost and being restored.</summary>
    Disconnected,

    /// <summary>The connection has been closed for good.</summary>
    Closed,

    /// <summary>Nobody serves the subject of a request.</summary>
    NoResponders,

    /// <summary>No answer came in time.</summary>
    Timeout,

    /// <summary>A bound of this client was reached.</summary>
    LimitReached,

    /// <summary>A message is larger than the server takes.</summary>
    PayloadTooLarge,

    /// <summary>JetStream answered with an error.</summary>
    JetStream,

    /// <summary>The other side sent what the protocol does not know.</summary>
    Protocol,

    /// <summary>A subscription or the delivery thread could not keep up, and messages were dropped.</summary>
    SlowConsumer,

    /// <summary>A callback of this process threw.</summary>
    Callback,

    /// <summary>Anything else the client library reports.</summary>
    Other,
}
