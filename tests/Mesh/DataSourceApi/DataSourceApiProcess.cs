using System.Collections.Concurrent;
using System.Diagnostics;
using TraceeMesh.Grpc;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Mesh.DataSourceApi;

/// <summary>A datasource-api as a process of its own, so that it can be killed, and a client of it.</summary>
internal sealed class DataSourceApiProcess : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = new();
    private bool _disposed;

    public DataSourceApiProcess(NatsServer server, string instance, params string[] more)
    {
        var port = Ports.Free();
        Http = Ports.Free();
        Address = $"127.0.0.1:{port}";
        string[] arguments = ["--nats", server.Url, "--instance", instance, .. more.Contains("--http") ? Array.Empty<string>() : ["--http", $"127.0.0.1:{Http}"], .. more.Contains("--grpc") ? Array.Empty<string>() : ["--grpc", Address], .. more];
        _process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "TraceeMesh.DataSourceApi.dll"), .. arguments]) { RedirectStandardError = true })!;
        _process.ErrorDataReceived += (_, e) => _log.Enqueue(e.Data ?? "");
        _process.BeginErrorReadLine();
        Channel = new GrpcChannel(new Uri($"http://{Address}"));
    }

    public string Address { get; }

    public int Http { get; }

    public GrpcChannel Channel { get; }

    public string Log => string.Join('\n', _log);

    public bool HasExited => _process.HasExited;

    public static async Task<DataSourceApiProcess> StartAsync(NatsServer server, string instance, params string[] more)
    {
        var process = new DataSourceApiProcess(server, instance, more);
        await process.ReadyAsync();
        return process;
    }

    public Task ReadyAsync() => TestWait.Until(IsServing, $"datasource-api serves at {Address}", 20, () => Log);

    public async Task<int> ExitAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        await _process.WaitForExitAsync(patience.Token);
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

        Assert.Equal(0, await ExitAsync());
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            Channel.Dispose();
            if (!_process.HasExited)
            {
                Kill();
            }

            _process.Dispose();
        }
    }

    // Asked with bytes, as the health messages are internal to the library: field 1, a varint, 1 is serving.
    private async Task<bool> IsServing()
    {
        Assert.False(_process.HasExited, $"datasource-api ended:\n{Log}");
        await using var call = Channel.Open<Google.Protobuf.WellKnownTypes.Int32Value>("/grpc.health.v1.Health/Check", [], TimeSpan.FromSeconds(2));
        await call.WriteRawAsync(new byte[MessageFrame.HeadBytes]);
        call.Complete();
        return await call.ReadAsync() && call.Current.Value == 1;
    }
}
