using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace TraceeMesh.Cli.Up;

/// <summary>Asks whoever listens on an address whether it is our nats-server: a server greets with one line, <c>INFO {json}</c>.</summary>
public static class NatsProbe
{
    private const int MaxGreeting = 8 * 1024;

    /// <summary>The name of the server there; null while nothing listens or what listens is no nats-server.</summary>
    public static async Task<string?> ServerName(IPEndPoint address, CancellationToken cancellation)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(address, cancellation);
            var greeting = new byte[MaxGreeting];
            var length = 0;
            while (length < greeting.Length && !greeting.AsSpan(0, length).Contains((byte)'\n'))
            {
                var read = await socket.ReceiveAsync(greeting.AsMemory(length), cancellation);
                if (read == 0)
                {
                    return null;
                }

                length += read;
            }

            return NameIn(Encoding.UTF8.GetString(greeting, 0, length));
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static string? NameIn(string greeting)
    {
        const string verb = "INFO ";
        if (!greeting.StartsWith(verb, StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            using var info = JsonDocument.Parse(greeting.AsMemory(verb.Length));
            return info.RootElement.TryGetProperty("server_name", out var name) ? name.GetString() : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
