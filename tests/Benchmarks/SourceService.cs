using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using TraceeMesh.DataSourceApi.Protos.Tracee;
using TraceeMesh.Grpc;
using TraceeMesh.TestKit;

namespace TraceeMesh.Benchmarks;

/// <summary>A datasource-api as a process of its own, with one large source.</summary>
internal sealed class SourceService : IDisposable
{
    public const string Namespace = "bench";
    public const string Id = "big";

    private readonly Process _process;
    private readonly Uri _uri;

    public SourceService(NatsServer server, string instance, string sources)
    {
        var address = $"127.0.0.1:{Ports.Free()}";
        _process = Process.Start(new ProcessStartInfo("dotnet", [Assembly, "--nats", server.Url, "--instance", instance, "--grpc", address, "--sources", sources]) { RedirectStandardError = true })!;
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginErrorReadLine();
        _uri = new Uri($"http://{address}");
        Channel = OpenChannel();
    }

    public static string? Obstacle => File.Exists(Assembly) ? null : $"{Assembly} is not built";

    public GrpcChannel Channel { get; }

    public double ResidentMiB
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1048576.0;
        }
    }

    private static string Assembly => SourceTree.File("artifacts/bin/TraceeMesh.DataSourceApi/release/TraceeMesh.DataSourceApi.dll");

    public static string Declaration(int capacity) => $"namespace: {Namespace}\nid: {Id}\ncapacity: {capacity}\n";

    public static WriteDataSourceRequest Pair(int i) => new()
    {
        Namespace = Namespace,
        Id = Id,
        Key = Value.ForString(string.Create(CultureInfo.InvariantCulture, $"key-{i:d8}")),
        Value = Value.ForString(string.Create(CultureInfo.InvariantCulture, $"value-{i:d8}")),
    };

    /// <summary>Another client, with a connection of its own; it is its caller's.</summary>
    public GrpcChannel OpenChannel() => new(_uri);

    public Task ReadyAsync() => TestWait.Until(IsServing, "datasource-api serves", 60);

    /// <summary>Writes pairs in one stream; returns how many a second.</summary>
    public async Task<double> StreamAsync(int from, int count)
    {
        // Encoded before: the client is not what is measured.
        var frames = new ArrayBufferWriter<byte>();
        for (var i = from; i < from + count; i++)
        {
            MessageFrame.Write(frames, Pair(i));
        }

        var started = TimeProvider.System.GetTimestamp();
        await using var call = Channel.Open<WriteDataSourceResponse>("/tracee.v1beta1.DataSourceService/WriteStream", []);
        for (var at = 0; at < frames.WrittenCount;)
        {
            var chunk = Math.Min(64 * 1024, frames.WrittenCount - at);
            await call.WriteRawAsync(frames.WrittenMemory.Slice(at, chunk), flush: false);
            at += chunk;
        }

        call.Complete();
        while (await call.ReadAsync())
        {
            // One reply, empty.
        }

        return call.Code == GrpcStatusCode.Ok ? count / TimeProvider.System.GetElapsedTime(started).TotalSeconds : throw new InvalidOperationException($"{call.Code}: {call.Detail}");
    }

    public void Dispose()
    {
        Channel.Dispose();
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    // Asked with bytes, as the health messages are internal to the library: field 1, a varint, 1 is serving.
    private async Task<bool> IsServing()
    {
        await using var call = Channel.Open<Int32Value>("/grpc.health.v1.Health/Check", [], TimeSpan.FromSeconds(2));
        await call.WriteRawAsync(new byte[MessageFrame.HeadBytes]);
        call.Complete();
        return await call.ReadAsync() && call.Current.Value == 1;
    }
}
