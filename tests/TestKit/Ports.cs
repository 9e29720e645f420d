using System.Net;
using System.Net.Sockets;

namespace TraceeMesh.TestKit;

/// <summary>
/// Ports for the servers of tests. They lie below the range from which the kernel takes ports for clients, so that nobody gets one by chance
/// while a server is between a stop and a start; each process begins elsewhere and gives none twice.
/// </summary>
public static class Ports
{
    private const int First = 10_000;
    private const int Count = 20_000;
    private static int _next = Environment.ProcessId * 131;

    /// <summary>A port nobody listens on now.</summary>
    public static int Free()
    {
        while (true)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref _next) % Count);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: the next one.
            }
        }
    }
}
