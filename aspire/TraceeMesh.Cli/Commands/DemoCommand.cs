using System.CommandLine;
using System.Text.Json;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Streams;
using TraceeMesh.Cli.Triggers;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Commands;

/// <summary><c>tmesh demo</c>: every trigger, and the finding that comes of it.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var json = CommonOptions.Json();
        var nats = CommonOptions.Nats();
        var stateDirectory = CommonOptions.StateDirectory();
        var command = new Command("demo", "Trigger every signature harmlessly and show its finding; starts a mesh for it when none runs") { json, nats, stateDirectory };
        command.SetAction((parsed, cancellation) => Run(parsed.GetValue(nats), parsed.GetValue(stateDirectory), parsed.GetValue(json), cancellation));
        return command;
    }

    private static async Task<int> Run(string? nats, string? stateDirectory, bool json, CancellationToken cancellation)
    {
        TriggerRun.RequireRoot();
        using var stop = new StopOnSignal(cancellation);
        await using var mesh = await DemoMesh.FindOrStart(nats, stateDirectory, stop.Token);
        await using var bus = await MeshConnection.Open(mesh.Address, stop.Token);
        var unexplained = 0;
        await new Demo(bus, mesh.Grpc).Run(
            TriggerList.All,
            (row, line) =>
            {
                unexplained += row.Finding is null && TriggerList.Find(row.Signature)!.Impossible is null ? 1 : 0;
                Console.WriteLine(json ? JsonSerializer.Serialize(row, DemoJson.Default.DemoRow) : Line(row, line));
            },
            stop.Token);
        return unexplained == 0 ? ExitCode.Ok : ExitCode.Failure;
    }

    private static string Line(DemoRow row, string line) =>
        row.Finding is null ? $"{row.Signature,-26} no finding: {row.Reason}" : $"{row.Signature,-26} {line}{(row.Decoy ? "  (decoy)" : "")}";
}
