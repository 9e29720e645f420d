using TraceeMesh.Bus;
using TraceeMesh.Capture;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Ledger;
using TraceeMesh.Cli.Up;
using TraceeMesh.Contracts;
using TraceeMesh.Replay.Feeding;

namespace TraceeMesh.Cli.Replaying;

/// <summary>
/// Feeds a capture to a mesh that runs, as a node of its own:
/// <list type="number">
/// <item>see to it that no collector has that node: two would count over each other;</item>
/// <item>start an enricher for it, unless one runs: events need the stores of their node;</item>
/// <item>feed;</item>
/// <item>wait until everything is judged.</item>
/// </list>
/// </summary>
internal sealed class Feeding(CaptureFile capture, string path, MeshAddress address, StateDirectory state, FeedTarget target)
{
    private const string EnricherProject = "TraceeMesh.Enricher";

    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan JudgePatience = TimeSpan.FromMinutes(2);

    /// <summary>Frames of the capture that could not be read.</summary>
    public long BadFrames { get; private set; }

    public async Task Run(CancellationToken cancellation)
    {
        var credentials = state.CredentialsOf("collector");
        if (BusCredentials.Read(credentials) is null)
        {
            throw new CommandException(ExitCode.NoPrivilege, $"raw frames are for the collector alone, and {credentials} cannot be read: run as the user who started the mesh, or judge without one: --judge");
        }

        await using var ours = await MeshConnection.Open(address, cancellation);
        var services = await Heartbeats.Collect(ours, asReader: false, cancellation);
        if (services.Any(h => h.Service == "collector" && h.Node == target.Node)) // 1
        {
            throw new CommandException(ExitCode.Usage, $"node {target.Node} has a collector: name another with --node");
        }

        await using var bus = await MeshConnection.Open(address with { CredentialsFile = credentials }, cancellation);
        using var feeder = new CaptureFeeder(bus, MeshSubjects.InForce, capture, target);
        var enricher = services.Any(h => h.Service == "enricher" && h.Node == target.Node) ? null : await StartEnricher(); // 2
        try
        {
            await Feed(feeder, ours, cancellation);
        }
        finally
        {
            if (enricher is not null)
            {
                enricher.Dispose();
                await feeder.RemoveStreamAsync(CancellationToken.None);
            }
        }
    }

    private async Task Feed(CaptureFeeder feeder, BusConnection ours, CancellationToken cancellation)
    {
        await feeder.RunAsync(cancellation); // 3
        BadFrames = feeder.BadFrames;
        var report = await new NodeLedger(ours, target.Node).Balance(JudgePatience, cancellation); // 4
        await Console.Error.WriteLineAsync(report.Balanced
            ? $"tmesh: {feeder.Records} records replayed as node {target.Node} and judged"
            : $"tmesh: {feeder.Records} records replayed as node {target.Node}; not all are judged: {report.Reason}");
    }

    private Task<EnricherProcess> StartEnricher()
    {
        var directory = Checkout.Require().OutputOf($"{EnricherProject}.csproj");
        return EnricherProcess.Start(
            [
                Programs.CurrentDotnet, Path.Combine(directory, EnricherProject + ".dll"),
                "--node", target.Node, "--instance", $"enricher-{Subjects.Safe(target.Node)}", "--nats", address.Nats, "--credentials", state.CredentialsOf("enricher"),
            ],
            Path.GetFullPath(path), // it starts in a directory of its own
            StopPatience);
    }
}
