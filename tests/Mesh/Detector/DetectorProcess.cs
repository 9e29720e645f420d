using System.Collections.Concurrent;
using System.Diagnostics;
using TraceeMesh.TestKit;

namespace TraceeMesh.Tests.Mesh.Detector;

/// <summary>A detector as a process of its own, so that it can be killed.</summary>
internal sealed class DetectorProcess : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = new();
    private bool _disposed;

    /// <summary>The real detector.</summary>
    public const string Real = "TraceeMesh.Detector.dll";

    /// <summary>The real detector with signatures that count, and that never come back.</summary>
    public const string WithTestSignatures = "TraceeMesh.Tests.Detector.dll";

    public DetectorProcess(NatsServer server, string instance, string assembly, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, assembly), "--nats", server.Url, "--instance", instance, .. arguments])
        {
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, e) => _log.Enqueue(e.Data ?? "");
        _process.BeginErrorReadLine();
    }

    public string Log => string.Join('\n', _log);

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Waits until it ends by itself. Returns its exit code.</summary>
    public async Task<int> EndAsync(CancellationToken cancellation)
    {
        await _process.WaitForExitAsync(cancellation);
        return _process.ExitCode;
    }

    public void Freeze() => Signal("-STOP");

    public void Thaw() => Signal("-CONT");

    public async Task StopAsync()
    {
        Signal("-TERM");
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            if (!_process.HasExited)
            {
                Kill();
            }

            _process.Dispose();
        }
    }

    private void Signal(string signal)
    {
        using var kill = Process.Start("kill", [signal, $"{_process.Id}"]);
        kill.WaitForExit();
    }
}
