using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Mesh;

namespace TraceeMesh.Cli.Commands;

/// <summary><c>tmesh status</c>: the services that beat, and how they are.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var json = CommonOptions.Json();
        var nats = CommonOptions.Nats();
        var stateDirectory = CommonOptions.StateDirectory();
        var command = new Command("status", "Show the services of the mesh and how they are") { json, nats, stateDirectory };
        command.SetAction((parsed, cancellation) => Run(MeshAddress.Find(parsed.GetValue(nats), parsed.GetValue(stateDirectory)), parsed.GetValue(json), cancellation));
        return command;
    }

    private static async Task<int> Run(MeshAddress address, bool json, CancellationToken cancellation)
    {
        await using var bus = await MeshConnection.Open(address, cancellation);
        var heartbeats = await Heartbeats.Collect(bus, address.IsReader, cancellation);
        if (heartbeats.Count == 0)
        {
            throw new CommandException(ExitCode.Failure, $"no service of a mesh was heard on {address.Nats}");
        }

        if (!json)
        {
            Console.WriteLine($"{"SERVICE",-15} {"INSTANCE",-18} {"NODE",-12} {"PID",7}  {"STATE",-9} {"HTTP",-21} REASON");
        }

        foreach (var heartbeat in heartbeats)
        {
            Console.WriteLine(json ? JsonSerializer.Serialize(heartbeat, MeshJson.Default.Heartbeat) : Line(heartbeat));
        }

        return ExitCode.Ok;
    }

    private static string Line(Heartbeat h) => string.Create(
        CultureInfo.InvariantCulture,
        $"{h.Service,-15} {h.Instance,-18} {h.Node,-12} {h.Pid,7}  {h.State,-9} {h.Http,-21} {h.Reason}").TrimEnd();
}
