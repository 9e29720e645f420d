namespace TraceeMesh.Bus;

/// <summary>What a connection is doing.</summary>
public enum BusState
{
    /// <summary>Connected to a server.</summary>
    Connected,

    /// <summary>The server is gone; attempts to reach it go on.</summary>
    Reconnecting,

    /// <summary>Handing out what has been received, before closing.</summary>
    Draining,

    /// <summary>Closed, by this process or because the server refused the credentials on reconnecting. Final.</summary>
    Closed,
}
