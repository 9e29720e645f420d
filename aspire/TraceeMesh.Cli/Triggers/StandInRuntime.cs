using System.Net.Sockets;
using System.Text;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Triggers;

/// <summary>
/// Tells of one container as the Docker Engine API does, at the usual place of a runtime that is not installed. Disposing takes
/// the socket away again.
/// </summary>
internal sealed class StandInRuntime : IAsyncDisposable
{
    private const int MaxRequest = 8 * 1024;

    // Whoever the enricher runs as may ask: there is nothing here to be kept from anybody.
    private const UnixFileMode Everybody =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private static readonly (string Socket, string Cgroup)[] Places =
    [
        ("/run/docker.sock", "docker-"),
        ("/run/podman/podman.sock", "libpod-"),
    ];

    private readonly string _socket;
    private readonly string? _madeDirectory;
    private readonly byte[] _list;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    /// <exception cref="CommandException">Every place is taken by a runtime.</exception>
    public StandInRuntime(string containerId, string name, string image)
    {
        (_socket, CgroupPrefix) = Array.Find(Places, p => !File.Exists(p.Socket));
        if (_socket is null)
        {
            throw new CommandException(ExitCode.Failure, "real runtimes run here, and a stand-in would be in their way: refuse an image in traceemesh/allowed_images and start a container of it");
        }

        _list = Encoding.UTF8.GetBytes($$$"""[{"Id":"{{{containerId}}}","Names":["/{{{name}}}"],"Image":"{{{image}}}","ImageID":"","Labels":{}}]""");
        try
        {
            var directory = Path.GetDirectoryName(_socket)!;
            _madeDirectory = Directory.Exists(directory) ? null : Directory.CreateDirectory(directory).FullName;
            _listener.Bind(new UnixDomainSocketEndPoint(_socket));
            _listener.Listen();
            File.SetUnixFileMode(_socket, Everybody);
        }
        catch (Exception exception) when (exception is SocketException or IOException or UnauthorizedAccessException)
        {
            _listener.Dispose();
            throw new CommandException(ExitCode.Failure, $"no socket can be made at {_socket}: {exception.Message}", exception);
        }

        _serving = Serve(_stop.Token);
    }

    /// <summary>What the cgroups of its containers begin with.</summary>
    public string CgroupPrefix { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Dispose();
        File.Delete(_socket);
        if (_madeDirectory is not null)
        {
            Directory.Delete(_madeDirectory);
        }

        _stop.Dispose();
    }

    private async Task Serve(CancellationToken cancellation)
    {
        var answering = new List<Task>();
        try
        {
            while (true)
            {
                answering.Add(Answer(await _listener.AcceptAsync(cancellation), cancellation));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(answering);
        }
    }

    private async Task Answer(Socket connection, CancellationToken cancellation)
    {
        using (connection)
        {
            var request = new byte[MaxRequest];
            var length = 0;
            try
            {
                while (length < request.Length && await connection.ReceiveAsync(request.AsMemory(length), cancellation) is > 0 and var received)
                {
                    length += received;
                    if (request.AsSpan(0, length).IndexOf("\r\n\r\n"u8) >= 0)
                    {
                        await connection.SendAsync(Reply(request.AsSpan(0, length)), cancellation);
                        length = 0;
                    }
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException)
            {
                // We end, or who asked left.
            }
        }
    }

    private byte[] Reply(ReadOnlySpan<byte> request)
    {
        var line = request[..request.IndexOf((byte)'\r')];
        return line.IndexOf("/_ping"u8) >= 0 ? Reply("200 OK\r\nApi-Version: 1.41", "OK"u8)
            : line.IndexOf("/containers/json"u8) >= 0 ? Reply("200 OK", _list)
            : Reply("404 Not Found", "{}"u8);
    }

    private static byte[] Reply(string status, ReadOnlySpan<byte> body) =>
        [.. Encoding.UTF8.GetBytes($"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n"), .. body];
}
