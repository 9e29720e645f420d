using System.Text.Json;
using TraceeMesh.Bus;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Findings;

namespace TraceeMesh.Cli.Triggers;

/// <summary>All triggers, each with the finding that comes of it.</summary>
/// <param name="bus">The bus of the mesh.</param>
/// <param name="grpc">Where the mesh takes writes; null when that is not known.</param>
internal sealed class Demo(BusConnection bus, string? grpc)
{
    /// <summary>So many at a time: the machine is also the mesh's.</summary>
    private const int Concurrency = 4;

    /// <summary>From the end of a trigger; signatures that ask a data source wait for its answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Shows every trigger, in the order they end.</summary>
    /// <param name="triggers">Which.</param>
    /// <param name="show">Called for one at a time, with the line of its finding.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task Run(IReadOnlyList<Trigger> triggers, Action<DemoRow, string> show, CancellationToken cancellation)
    {
        using var findings = bus.Subscribe(MeshSubjects.InForce.AllFindings);
        await bus.FlushAsync(Patience, cancellation);
        var watch = new FindingWatch(findings);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var reading = watch.Read(end.Token);
        var showing = new Lock();

        // The one that takes longest begins, beside the others.
        await Parallel.ForEachAsync(triggers.OrderByDescending(t => t.HasRefusedImage), new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellation }, async (trigger, stop) =>
        {
            var (row, line) = await Show(trigger, watch, stop);
            lock (showing)
            {
                show(row, line);
            }
        });
        await end.CancelAsync();
        await reading;
    }

    private async Task<(DemoRow Row, string Line)> Show(Trigger trigger, FindingWatch watch, CancellationToken cancellation)
    {
        if (trigger.Impossible is { } impossible)
        {
            return (new DemoRow(trigger.Signature, null, impossible, false), "");
        }

        var run = new TriggerRun(trigger);
        var expected = watch.Expect(run, trigger.Signature);
        var outcome = await run.Run(grpc, cancellation);
        try
        {
            var finding = await expected.WaitAsync(Patience, bus.Time, cancellation);
            _ = FindingLine.TryFormat(finding, out var line);
            return (new DemoRow(trigger.Signature, IdOf(finding), null, outcome.IsDecoy), line);
        }
        catch (TimeoutException)
        {
            var reason = outcome.Failure.Length > 0 ? outcome.Failure : $"no finding within {Patience.TotalSeconds:0} s: tmesh signatures tells how it is with the signature";
            return (new DemoRow(trigger.Signature, null, reason, outcome.IsDecoy), "");
        }
    }

    private static string IdOf(byte[] finding)
    {
        using var document = JsonDocument.Parse(finding);
        return document.RootElement.TryGetProperty("mesh", out var mesh) && mesh.TryGetProperty("id", out var id) ? id.ToString() : "";
    }
}
