namespace TraceeMesh.Enricher.Containers.Runtimes;

/// <summary>How a question to a runtime ended.</summary>
public enum RuntimeStatus
{
    /// <summary>The runtime knows the container.</summary>
    Found,

    /// <summary>The runtime does not know it.</summary>
    NotFound,

    /// <summary>Nobody answers on the socket, or the connection broke.</summary>
    Unreachable,

    /// <summary>The caller's time was up.</summary>
    Timeout,

    /// <summary>The reply is not what the protocol says.</summary>
    Malformed,

    /// <summary>The reply is larger than the limit.</summary>
    TooLarge,

    /// <summary>The runtime answered with an error, or the socket may not be used.</summary>
    Refused,
}
