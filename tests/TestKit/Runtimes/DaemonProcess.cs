using System.Diagnostics;
using System.Net.Sockets;
using Xunit;

namespace TraceeMesh.TestKit.Runtimes;

/// <summary>A runtime's daemon: started, killed, started again, stopped.</summary>
/// <param name="socket">Where it listens once it is up.</param>
/// <param name="command">Its command line.</param>
/// <param name="environment">Added to the test's environment.</param>
internal sealed class DaemonProcess(string socket, IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment = null) : IAsyncDisposable
{
    private const int StartSeconds = 30;

    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);

    private readonly TestLog _log = new();
    private Process? _process;

    /// <summary>Starts it and waits until it listens.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        // What a killed one left would look like a socket that does not answer.
        File.Delete(socket);
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, e) => _log.Add(e.Data);
        _process.ErrorDataReceived += (_, e) => _log.Add(e.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await TestWait.Until(() => Listens() || _process.HasExited, $"{command[0]} listens on {socket}", StartSeconds);
        Assert.False(_process.HasExited, $"{command[0]} ended:\n{_log}");
        await Tool.RunAsync("chown", $"0:{RuntimeDirectory.SocketGroup}", socket);
        await Tool.RunAsync("chmod", "0660", socket);
    }

    /// <summary>Kills it with SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Ends it in order, or else by force.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_process is null || _process.HasExited)
        {
            return;
        }

        await Tool.RunAsync("kill", "-TERM", $"{_process.Id}");
        using var patience = new CancellationTokenSource(StopPatience);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{command[0]} did not stop in {StopPatience.TotalSeconds} s:\n{_log}");
        }

        _process.Dispose();
        _process = null;
    }

    private bool Listens()
    {
        try
        {
            using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            client.Connect(new UnixDomainSocketEndPoint(socket));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
