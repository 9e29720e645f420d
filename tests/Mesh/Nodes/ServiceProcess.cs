using System.Collections.Concurrent;
using System.Diagnostics;
using TraceeMesh.TestKit;

namespace TraceeMesh.Tests.Mesh.Nodes;

/// <summary>A service as a process of its own, so that it can be killed.</summary>
internal sealed class ServiceProcess : IDisposable
{
    public const string Detector = "TraceeMesh.Detector.dll";
    public const string Enricher = "TraceeMesh.Enricher.dll";
    public const string DataSourceApi = "TraceeMesh.DataSourceApi.dll";

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = new();

    public ServiceProcess(NatsServer server, string assembly, params IEnumerable<string> arguments)
        : this(server.Url, assembly, arguments)
    {
    }

    public ServiceProcess(string urls, string assembly, params IEnumerable<string> arguments)
        : this(urls, assembly, new Dictionary<string, string>(), arguments)
    {
    }

    public ServiceProcess(string urls, string assembly, IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, assembly), "--nats", urls, "--http", "127.0.0.1:0", .. arguments])
        {
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, e) => _log.Enqueue(e.Data ?? "");
        _process.BeginErrorReadLine();
    }

    public string Log => string.Join('\n', _log);

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(90));
        return _process.ExitCode;
    }

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public async Task StopAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }
}
