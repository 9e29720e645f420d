using System.Net.Http;
using System.Net.Sockets;

namespace TraceeMesh.Grpc;

/// <summary>HTTP over a unix socket.</summary>
public static class UnixSocketHttp
{
    /// <summary>The authority of requests; servers on a unix socket ignore it.</summary>
    public static readonly Uri Localhost = new("http://localhost");

    /// <summary>A handler whose every connection goes to one socket. It follows no redirect, keeps no cookie, uses no proxy.</summary>
    /// <param name="path">Path of the socket.</param>
    /// <param name="maxConnections">Connections open at a time; further requests of HTTP/1.1 wait for one.</param>
    public static SocketsHttpHandler CreateHandler(string path, int maxConnections) => new()
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
        MaxConnectionsPerServer = maxConnections,
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ActivityHeadersPropagator = null,

        // The rest of a reply that is not wanted is not read: the connection is closed.
        MaxResponseDrainSize = 0,
    };
}
