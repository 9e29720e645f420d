using System.Net.Sockets;
using System.Text;
using TraceeMesh.TestKit;

namespace TraceeMesh.Tests.Unit.Enricher.Runtimes;

/// <summary>A unix socket that does to each connection what a script says. For what a real runtime cannot be made to do.</summary>
internal sealed class ScriptedSocket : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<string> _requests = [];
    private readonly Task _accepting;

    private ScriptedSocket(Func<Stream, string, CancellationToken, Task> answer)
    {
        Path = System.IO.Path.Combine(_directory.Path, "runtime.sock");
        _listener.Bind(new UnixDomainSocketEndPoint(Path));
        _listener.Listen();
        _accepting = AcceptAsync(answer);
    }

    public string Path { get; }

    /// <summary>First lines of the requests so far.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>Speaks HTTP/1.1: reads each request's head and lets the script write the answer to its first line.</summary>
    public static ScriptedSocket Http(Func<Stream, string, CancellationToken, Task> answer) => new(answer);

    /// <summary>An engine: answers <c>/_ping</c> as one does, everything else as the script says.</summary>
    public static ScriptedSocket Engine(Func<Stream, string, CancellationToken, Task> answer, string version = "1.41") => new((stream, request, cancellation) =>
        request.Contains("/_ping", StringComparison.Ordinal)
            ? stream.WriteAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\nApi-Version: {version}\r\nContent-Length: 2\r\n\r\nOK"), cancellation).AsTask()
            : answer(stream, request, cancellation));

    public static Task WriteAsync(Stream stream, int status, string body, CancellationToken cancellation) => stream.WriteAsync(
        Encoding.UTF8.GetBytes($"HTTP/1.1 {status} Scripted\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"), cancellation).AsTask();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _directory.Dispose();
    }

    private async Task AcceptAsync(Func<Stream, string, CancellationToken, Task> answer)
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                serving.Add(ServeAsync(await _listener.AcceptAsync(_stop.Token), answer));
            }
        }
        finally
        {
            await Task.WhenAll(serving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ServeAsync(Socket socket, Func<Stream, string, CancellationToken, Task> answer)
    {
        using var stream = new NetworkStream(socket, ownsSocket: true);
        using var reader = new StreamReader(stream, Encoding.UTF8, false, 1024, leaveOpen: true);
        while (await reader.ReadLineAsync(_stop.Token) is { } first)
        {
            lock (_requests)
            {
                _requests.Add(first);
            }

            while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 })
            {
            }

            await answer(stream, first, _stop.Token);
            if (!stream.Socket.Connected)
            {
                return;
            }
        }
    }
}
