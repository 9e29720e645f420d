using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Google.Protobuf.WellKnownTypes;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.DataSourceApi.Protos.Tracee;
using TraceeMesh.Grpc;
using TraceeMesh.TestKit;

namespace TraceeMesh.Benchmarks.Rows;

/// <summary>
/// Writes into a data source over gRPC, stored on disk, beside a bare stream on disk that takes records of the same size from the same
/// client library; then a million entries in one replica.
/// </summary>
internal sealed class SourceWrites : IBenchmark
{
    private const int InFlight = 64;
    private const int StreamPairs = 100_000;
    private const int Entries = 1_000_000;
    private const double StreamTarget = 200_000;
    private const double UnaryTarget = 0.5;
    private const string Namespace = "bench";
    private const string Id = "big";

    public string Name => "source-writes";

    public string? Obstacle => File.Exists(Assembly) ? null : $"{Assembly} is not built";

    private static string Assembly => SourceTree.File("artifacts/bin/TraceeMesh.DataSourceApi/release/TraceeMesh.DataSourceApi.dll");

    public async IAsyncEnumerable<Row> Run(bool quick, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var server = await NatsServer.StartAsync();
        using var sources = new TemporaryDirectory();
        await File.WriteAllTextAsync(sources["big.yaml"], $"namespace: {Namespace}\nid: {Id}\ncapacity: {Entries}\n", cancellation);
        await using var bus = await BusConnection.ConnectAsync(new BusOptions { Urls = [server.Url] }, cancellation);
        using var service = new Service(server, "bench-a", sources.Path);
        await service.ReadyAsync();

        var seconds = quick ? 0.5 : 2;
        var (unary, bare) = (0.0, 0.0);
        for (var round = 0; round < (quick ? 1 : 3); round++)
        {
            bare = Math.Max(bare, await RateAsync(BareAsync(bus), seconds));
            unary = Math.Max(unary, await RateAsync(i => WriteAsync(service.Channel, i), seconds));
        }

        yield return Row.AtLeast($"{Name} unary, stored", unary, "/s", bare * UnaryTarget, bare);

        var stream = 0.0;
        for (var round = 0; round < (quick ? 2 : 5); round++)
        {
            stream = Math.Max(stream, await StreamAsync(service.Channel, 0, StreamPairs));
        }

        yield return Row.AtLeast($"{Name} stream of {StreamPairs} pairs", stream, "pairs/s", StreamTarget);

        for (var from = 0; from < Entries; from += StreamPairs)
        {
            await StreamAsync(service.Channel, from, StreamPairs);
        }

        // What a fresh replica needs, from its start to its being ready.
        var started = TimeProvider.System.GetTimestamp();
        using var fresh = new Service(server, "bench-b", sources.Path);
        await fresh.ReadyAsync();
        yield return Row.AtMost($"{Name} start with {Entries} entries", TimeProvider.System.GetElapsedTime(started).TotalSeconds, "s", 10);
        yield return Row.AtMost($"{Name} resident with {Entries} entries", fresh.ResidentMiB, "MiB", 1024);
    }

    private static WriteDataSourceRequest Pair(int i) => new()
    {
        Namespace = Namespace,
        Id = Id,
        Key = Value.ForString(string.Create(CultureInfo.InvariantCulture, $"key-{i:d8}")),
        Value = Value.ForString(string.Create(CultureInfo.InvariantCulture, $"value-{i:d8}")),
    };

    private static async Task WriteAsync(GrpcChannel channel, int i)
    {
        var reply = await channel.CallAsync("/tracee.v1beta1.DataSourceService/Write", Pair(i % StreamPairs), WriteDataSourceResponse.Parser, [], CancellationToken.None);
        if (!reply.IsOk)
        {
            throw new InvalidOperationException($"{reply.Code}: {reply.Detail}");
        }
    }

    private static Func<int, Task> BareAsync(BusConnection bus)
    {
        var jetStream = new JetStream(bus);
        var record = new byte[64];
        var ensured = jetStream.EnsureStreamAsync(new StreamDefinition("bare", ["bare"], OnDisk: true, TimeSpan.Zero, 0, TimeSpan.FromMinutes(2)));
        return async i =>
        {
            await ensured;
            (await jetStream.PublishAsync("bare", record, Guid.NewGuid().ToString("N"))).OrThrow("bare");
        };
    }

    private static async Task<double> RateAsync(Func<int, Task> one, double seconds)
    {
        await one(0);
        var (next, done) = (0, 0);
        var started = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, InFlight).Select(_ => Task.Run(async () =>
        {
            while (TimeProvider.System.GetElapsedTime(started).TotalSeconds < seconds)
            {
                await one(Interlocked.Increment(ref next));
                Interlocked.Increment(ref done);
            }
        })));
        return done / TimeProvider.System.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<double> StreamAsync(GrpcChannel channel, int from, int count)
    {
        // Encoded before: the client is not what is measured.
        var frames = new ArrayBufferWriter<byte>();
        for (var i = from; i < from + count; i++)
        {
            MessageFrame.Write(frames, Pair(i));
        }

        var started = TimeProvider.System.GetTimestamp();
        await using var call = channel.Open<WriteDataSourceResponse>("/tracee.v1beta1.DataSourceService/WriteStream", []);
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

    private sealed class Service : IDisposable
    {
        private readonly Process _process;

        public Service(NatsServer server, string instance, string sources)
        {
            var address = $"127.0.0.1:{Ports.Free()}";
            _process = Process.Start(new ProcessStartInfo("dotnet", [Assembly, "--nats", server.Url, "--instance", instance, "--grpc", address, "--sources", sources]) { RedirectStandardError = true })!;
            _process.ErrorDataReceived += static (_, _) => { };
            _process.BeginErrorReadLine();
            Channel = new GrpcChannel(new Uri($"http://{address}"));
        }

        public GrpcChannel Channel { get; }

        public double ResidentMiB
        {
            get
            {
                _process.Refresh();
                return _process.WorkingSet64 / 1048576.0;
            }
        }

        public Task ReadyAsync() => TestWait.Until(IsServing, "datasource-api serves", 60);

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
}
