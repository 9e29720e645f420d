using System.Net;
using System.Net.Sockets;

namespace TraceeMesh.TestKit;

/// <summary>A way from a port of the loopback to another one, which can be cut and mended.</summary>
public sealed class NetworkLink : IAsyncDisposable
{
    private readonly int _target;
    private readonly Lock _gate = new();
    private readonly List<Socket> _open = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TcpListener _listener;
    private readonly Task _accepting;
    private bool _isCut;

    /// <summary>A link that is whole.</summary>
    /// <param name="target">The port it leads to.</param>
    public NetworkLink(int target)
    {
        _target = target;
        Port = Ports.Free();
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The port it begins at.</summary>
    public int Port { get; }

    /// <summary>Ends what goes over it, and lets nothing through.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            _isCut = true;
            _open.ForEach(s => s.Dispose());
            _open.Clear();
        }
    }

    /// <summary>Lets through again.</summary>
    public void Mend()
    {
        lock (_gate)
        {
            _isCut = false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Cut();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var near = await _listener.AcceptSocketAsync(_stop.Token);
                _ = JoinAsync(near);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // Disposed, or whoever came has left.
            }
        }
    }

    private async Task JoinAsync(Socket near)
    {
        using var ends = near;
        using var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            lock (_gate)
            {
                if (_isCut)
                {
                    return;
                }

                _open.Add(near);
                _open.Add(far);
            }

            await far.ConnectAsync(IPAddress.Loopback, _target);
            await Task.WhenAny(PassAsync(near, far), PassAsync(far, near));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Cut, or nobody is there.
        }
    }

    private static async Task PassAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var received)
            {
                for (var sent = 0; sent < received;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, received - sent));
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Cut.
        }
    }
}
