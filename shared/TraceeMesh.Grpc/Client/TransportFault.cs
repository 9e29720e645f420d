using System.Net.Http;
using System.Net.Sockets;

namespace TraceeMesh.Grpc;

/// <summary>Why no reply could be read. What the other side answered, good or bad, is none of these.</summary>
public enum TransportFault
{
    /// <summary>A reply was read.</summary>
    None,

    /// <summary>Nobody listens, or the connection broke.</summary>
    Unreachable,

    /// <summary>This process may not use the socket.</summary>
    Forbidden,

    /// <summary>The time was up.</summary>
    Timeout,

    /// <summary>The reply breaks the protocol.</summary>
    Malformed,

    /// <summary>The reply passes a limit.</summary>
    TooLarge,
}

/// <summary>Names the exceptions of HTTP.</summary>
public static class TransportFaults
{
    /// <summary>Which fault an exception stands for; <see cref="TransportFault.None"/> where it stands for none.</summary>
    public static TransportFault Of(Exception exception) => exception switch
    {
        OperationCanceledException => TransportFault.Timeout,
        HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.AccessDenied } } => TransportFault.Forbidden,
        HttpRequestException http => Of(http.HttpRequestError),
        HttpIOException io => Of(io.HttpRequestError),
        IOException or SocketException or ObjectDisposedException => TransportFault.Unreachable,
        _ => TransportFault.None,
    };

    private static TransportFault Of(HttpRequestError error) => error switch
    {
        HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError or HttpRequestError.ExtendedConnectNotSupported
            or HttpRequestError.VersionNegotiationError => TransportFault.Malformed,
        HttpRequestError.ConfigurationLimitExceeded => TransportFault.TooLarge,
        _ => TransportFault.Unreachable,
    };
}
