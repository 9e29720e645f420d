using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using TraceeMesh.Bus;
using TraceeMesh.TestKit;

namespace TraceeMesh.Benchmarks.Rows;

/// <summary>From an exec in the kernel to its finding at a subscriber, at 20 execs a second. The reference is a ping and pong over the same bus.</summary>
internal sealed class FindingLatency : IBenchmark
{
    private const double TargetMilliseconds = 10;
    private const int Rate = 20;

    public string Name => "exec-to-finding";

    public string? Obstacle => LiveMachine.Obstacle;

    public async IAsyncEnumerable<Row> Run(bool quick, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var seconds = quick ? 5 : 30;
        await using var mesh = await LiveMesh.StartAsync();
        await using var bus = await BusConnection.ConnectAsync(new BusOptions { Urls = [mesh.NatsUrl] }, cancellation);
        using var findings = bus.Subscribe("tracee.findings.*.ld_preload.*");
        await bus.FlushAsync(TimeSpan.FromSeconds(5), cancellation);
        var load = Triggers.RunAsync("exec_rate", [$"{Rate}", $"{seconds}", "/bin/true", "preload"], cancellation);
        var samples = new List<double>();
        while (samples.Count < Rate * seconds)
        {
            using var message = await findings.ReadAsync(cancellation) ?? throw new InvalidOperationException("the bus closed the connection");
            var now = (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
            samples.Add((now - (long)JsonNode.Parse(message.Payload)!["timestamp"]!) / 1e6);
        }

        await load;
        samples.Sort();
        var reference = await RoundTripAsync(bus, cancellation);
        var lost = (await mesh.RunAsync("ledger", "--json")).Objects.Single()["lost"]!.AsObject().Sum(l => (long)l.Value!);
        yield return Row.AtMost($"{Name} p50", samples[samples.Count / 2], "ms", TargetMilliseconds, reference, lost);
        yield return Row.AtMost($"{Name} p99", samples[samples.Count * 99 / 100], "ms", null, reference, lost);
    }

    // The reader may not publish, so the round trip is the server's own: a flush is a ping and a pong.
    private static async Task<double> RoundTripAsync(BusConnection bus, CancellationToken cancellation)
    {
        var samples = new double[200];
        for (var i = 0; i < samples.Length; i++)
        {
            var started = TimeProvider.System.GetTimestamp();
            await bus.FlushAsync(TimeSpan.FromSeconds(5), cancellation);
            samples[i] = TimeProvider.System.GetElapsedTime(started).TotalMilliseconds;
        }

        Array.Sort(samples);
        return samples[samples.Length / 2];
    }
}
