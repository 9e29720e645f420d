using System.Net;
using System.Net.Sockets;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Up;

/// <summary>Finds an address for each listener, none twice.</summary>
public sealed class PortPicker
{
    private readonly HashSet<int> _given = [];
    private readonly List<int> _taken = [];

    /// <summary>The default ports that something else listens on.</summary>
    public IReadOnlyList<int> Taken => _taken;

    /// <summary>An address asked for by name is used or refused, never replaced.</summary>
    public IPEndPoint Asked(IPEndPoint address, string option)
    {
        if (!TryTake(address))
        {
            throw new CommandException(ExitCode.PortTaken, $"{option}: {address} is in use; see who listens with: ss -ltnp 'sport = :{address.Port}'");
        }

        return address;
    }

    /// <summary>The default, or a free port when it is taken.</summary>
    public IPEndPoint Default(IPAddress host, int port)
    {
        var address = new IPEndPoint(host, port);
        if (TryTake(address))
        {
            return address;
        }

        _taken.Add(port);
        return Free(host);
    }

    public IPEndPoint Free(IPAddress host)
    {
        while (true)
        {
            using var listener = new Socket(host.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(host, 0));
            var address = (IPEndPoint)listener.LocalEndPoint!;
            if (_given.Add(address.Port))
            {
                return address;
            }
        }
    }

    private bool TryTake(IPEndPoint address)
    {
        if (_given.Contains(address.Port))
        {
            return false;
        }

        try
        {
            // SO_REUSEADDR is on by default for .NET listeners: a port in TIME_WAIT is free, one with a listener is not.
            using var listener = new TcpListener(address);
            listener.Start();
        }
        catch (SocketException)
        {
            return false;
        }

        _given.Add(address.Port);
        return true;
    }
}
