using System.Runtime.CompilerServices;
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

    public string Name => "source-writes";

    public string? Obstacle => SourceService.Obstacle;

    public async IAsyncEnumerable<Row> Run(bool quick, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var server = await NatsServer.StartAsync();
        using var sources = new TemporaryDirectory();
        await File.WriteAllTextAsync(sources["big.yaml"], SourceService.Declaration(Entries), cancellation);
        await using var bus = await BusConnection.ConnectAsync(new BusOptions { Urls = [server.Url] }, cancellation);
        using var service = new SourceService(server, "bench-a", sources.Path);
        await service.ReadyAsync();

        // Until the compilers of service and client have done their work: they take longer than a round.
        var seconds = quick ? 0.5 : 1;
        await RateAsync(i => WriteAsync(service.Channel, i), quick ? 1 : 6);
        var (unary, bare) = (0.0, 0.0);
        for (var round = 0; round < (quick ? 1 : 6); round++)
        {
            bare = Math.Max(bare, await RateAsync(BareAsync(bus), seconds));
            unary = Math.Max(unary, await RateAsync(i => WriteAsync(service.Channel, i), seconds));
        }

        yield return Row.AtLeast($"{Name} unary, stored", unary, "/s", bare * UnaryTarget, bare);

        var stream = 0.0;
        for (var round = 0; round < (quick ? 2 : 5); round++)
        {
            stream = Math.Max(stream, await service.StreamAsync( 0, StreamPairs));
        }

        yield return Row.AtLeast($"{Name} stream of {StreamPairs} pairs", stream, "pairs/s", StreamTarget);

        for (var from = 0; from < Entries; from += StreamPairs)
        {
            await service.StreamAsync( from, StreamPairs);
        }

        // What a fresh replica needs, from its start to its being ready.
        var started = TimeProvider.System.GetTimestamp();
        using var fresh = new SourceService(server, "bench-b", sources.Path);
        await fresh.ReadyAsync();
        yield return Row.AtMost($"{Name} start with {Entries} entries", TimeProvider.System.GetElapsedTime(started).TotalSeconds, "s", 10);
        yield return Row.AtMost($"{Name} resident with {Entries} entries", fresh.ResidentMiB, "MiB", 1024);
    }

    private static async Task WriteAsync(GrpcChannel channel, int i)
    {
        var reply = await channel.CallAsync("/tracee.v1beta1.DataSourceService/Write", SourceService.Pair(i % StreamPairs), WriteDataSourceResponse.Parser, [], CancellationToken.None);
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
}
