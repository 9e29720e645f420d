using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.Detector;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.Signatures;

namespace TraceeMesh.TestKit;

/// <summary>A detector in this process, with signatures of the test's own, that takes the place of a mesh's.</summary>
public sealed class OwnDetector : IAsyncDisposable
{
    private const double TakeOverSeconds = 60;
    private const string Instance = "own";

    private readonly LiveMesh _mesh;
    private readonly Process _replaced;
    private readonly CancellationTokenSource _stop = new();
    private Task<int> _running = Task.FromResult(0);

    private OwnDetector(LiveMesh mesh, Process replaced) => (_mesh, _replaced) = (mesh, replaced);

    /// <summary>Stops the mesh's detector and judges in its place; its partitions come over some seconds later.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="signatures">The signatures.</param>
    public static async Task<OwnDetector> StartAsync(LiveMesh mesh, params IReadOnlyList<Func<Signature>> signatures)
    {
        var status = await mesh.RunAsync("status", "--json");
        var pid = (int)status.Objects.Single(o => (string?)o["service"] == "detector")["pid"]!;
        var own = new OwnDetector(mesh, Process.GetProcessById(pid));

        // A detector that is stopped keeps no lease.
        await own.SignalAsync("STOP");
        own._running = MeshHost.RunAsync(
            "detector",
            ["--node", LiveMesh.Node, "--instance", Instance, "--nats", mesh.NatsUrl, "--credentials", mesh.CredentialsOf("detector")],
            (host, cancellation) => own.RunAsync(host, signatures, cancellation));
        return own;
    }

    /// <summary>Waits until it judges, and until what it wants is switched on: before that an event is nobody's.</summary>
    /// <param name="findings">Where its findings come.</param>
    /// <param name="probe">Does what gives a finding.</param>
    public async Task JudgesAsync(BusSubscription findings, Func<Task> probe)
    {
        await TestWait.Until(
            async () =>
            {
                await probe();
                var found = findings.TryRead(out var first);
                first?.Dispose();
                return found;
            },
            "the detector of this test judges",
            TakeOverSeconds,
            _mesh.Describe);
    }

    /// <summary>Gives the partitions back, and waits until the mesh's detector has them.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        var exitCode = await _running;
        await SignalAsync("CONT");
        await GivenBackAsync();
        _replaced.Dispose();
        _stop.Dispose();
        if (exitCode != 0)
        {
            throw new InvalidOperationException($"the detector ended with exit code {exitCode}");
        }
    }

    private async Task RunAsync(MeshHost host, IReadOnlyList<Func<Signature>> signatures, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stop.Token);
        try
        {
            await Pipeline.RunAsync(host, signatures, either.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Asked to end.
        }
    }

    // Whoever tests the mesh next would otherwise find that nobody judges.
    private async Task GivenBackAsync()
    {
        await using var bus = await _mesh.ConnectAsync("detector");
        var leases = new KeyValueBucket(new JetStream(bus), new StreamTable(new Subjects()).Leases.Name);
        for (var partition = 0; partition < Partitioning.Partitions; partition++)
        {
            await TestWait.Until(
                async () => await leases.GetAsync($"p{partition}") is { } entry
                    && JsonSerializer.Deserialize(entry.Value.Span, MeshJson.Default.LeaseRecord)!.Owner is not (LeaseRecord.Free or Instance),
                $"the mesh's detector has partition {partition} again",
                TakeOverSeconds,
                _mesh.Describe);
        }
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{_replaced.Id}"]);
        await kill.WaitForExitAsync();
    }
}
