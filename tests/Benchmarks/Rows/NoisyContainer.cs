using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using TraceeMesh.Bus;
using TraceeMesh.TestKit;

namespace TraceeMesh.Benchmarks.Rows;

/// <summary>From a system call in one container to its finding at a subscriber, while another container of the node makes 10 000 findings a second. The reference is the same without it.</summary>
internal sealed class NoisyContainer : IBenchmark
{
    private const int Noise = 10_000;
    private const int Rate = 20;
    private const double MostAddedMilliseconds = 100;

    // All that the noise can make: what the subscriber does not hear it would wait for in vain.
    private static readonly BusSubscriptionOptions Room = new() { Capacity = 1 << 18, MaxBytes = 512 << 20 };

    public string Name => "noisy-container";

    public string? Obstacle => LiveMachine.Obstacle;

    public async IAsyncEnumerable<Row> Run(bool quick, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var seconds = quick ? 3 : 10;
        await using var mesh = await LiveMesh.StartAsync();
        await using var bus = await BusConnection.ConnectAsync(new BusOptions { Urls = [mesh.NatsUrl] }, cancellation);
        using var noisy = Container.Create(1);
        using var quiet = Container.Create(2);
        var calm = await DelaysAsync(mesh, bus, quiet, seconds, cancellation);

        var noise = noisy.RunAsync(Noise, seconds + 2, cancellation);
        var beside = await DelaysAsync(mesh, bus, quiet, seconds, cancellation);
        await noise;
        var lost = (await mesh.RunAsync("ledger", "--json")).Objects.Single()["lost"]!.AsObject().Sum(l => (long)l.Value!);
        yield return Row.AtMost($"{Name} another's finding, p50", Percentile.Of(beside, 0.5), "ms", null, Percentile.Of(calm, 0.5), lost);
        yield return Row.AtMost($"{Name} another's finding, worst", beside.Max(), "ms", calm.Max() + MostAddedMilliseconds, calm.Max(), lost);
    }

    private static async Task<List<double>> DelaysAsync(LiveMesh mesh, BusConnection bus, Container container, int seconds, CancellationToken cancellation)
    {
        using var findings = bus.Subscribe("tracee.findings.*.anti_debugging.*", Room);
        await bus.FlushAsync(TimeSpan.FromSeconds(5), cancellation);
        var load = container.RunAsync(Rate, seconds, cancellation);
        var delays = new List<double>();
        while (delays.Count < Rate * seconds)
        {
            using var message = await findings.ReadAsync(cancellation) ?? throw new InvalidOperationException("the bus closed the connection");
            if (message.Payload.IndexOf(container.IdBytes) >= 0)
            {
                var now = (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
                delays.Add((now - (long)JsonNode.Parse(message.Payload)!["timestamp"]!) / 1e6);
            }
        }

        await load;
        return delays;
    }
}
