using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Signatures;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Mesh;

namespace TraceeMesh.Cli.Commands;

/// <summary><c>tmesh signatures</c>: what is looked for, and how it is with it.</summary>
internal static class SignaturesCommand
{
    public static Command Create()
    {
        var json = CommonOptions.Json();
        var nats = CommonOptions.Nats();
        var stateDirectory = CommonOptions.StateDirectory();
        var command = new Command("signatures", "Show the signatures, over all detectors") { json, nats, stateDirectory };
        command.SetAction((parsed, cancellation) => Run(MeshAddress.Find(parsed.GetValue(nats), parsed.GetValue(stateDirectory)), parsed.GetValue(json), cancellation));
        return command;
    }

    private static async Task<int> Run(MeshAddress address, bool json, CancellationToken cancellation)
    {
        if (address.IsReader)
        {
            throw new CommandException(ExitCode.NoPrivilege, "signatures are not for readers: run as the user who started the mesh, whose state directory holds the credentials");
        }

        await using var bus = await MeshConnection.Open(address, cancellation);
        var heartbeats = await Heartbeats.Collect(bus, asReader: false, cancellation);
        var detectors = heartbeats.Where(h => h.Service == "detector").Select(h => h.Instance).ToList();
        if (detectors.Count == 0)
        {
            throw new CommandException(ExitCode.Failure, $"no detector was heard on {address.Nats}");
        }

        var lists = await SignatureRequest.Ask(bus, detectors, cancellation);
        foreach (var silent in detectors.Except(lists.Select(l => l.Instance)))
        {
            await Console.Error.WriteLineAsync($"tmesh: detector {silent} does not answer: what it judged is not in these numbers");
        }

        if (lists.Count == 0)
        {
            throw new CommandException(ExitCode.Failure, "no detector answers: tmesh status tells how they are");
        }

        var rows = SignatureSum.Of(lists, heartbeats.SelectMany(h => h.UnavailableEvents).ToHashSet());
        if (!json)
        {
            Console.WriteLine($"{"ID",-12} {"EVENT",-28} {"VERSION",-7} {"STATE",-8} {"EVALUATIONS",12} {"FINDINGS",9} {"ERRORS",7} {"NS/EVENT",8}  REASON");
        }

        foreach (var row in rows)
        {
            Console.WriteLine(json ? JsonSerializer.Serialize(row, SignaturesJson.Default.SignatureRow) : Line(row));
        }

        return ExitCode.Ok;
    }

    private static string Line(SignatureRow row) => string.Create(
        CultureInfo.InvariantCulture,
        $"{row.Id,-12} {row.EventName,-28} {row.Version,-7} {row.State,-8} {row.Evaluations,12} {row.Findings,9} {row.Errors,7} {row.NsPerEvent,8}  {row.Reason}{Blind(row)}").TrimEnd();

    private static string Blind(SignatureRow row) =>
        row.UnavailableEvents.Count == 0 ? "" : $"{(row.Reason.Length > 0 ? "; " : "")}without {string.Join("; without ", row.UnavailableEvents.Select(Why))}";

    private static string Why(string name) => $"{name}, which {EventCatalog.Find(name)?.Unavailable ?? "a kernel here cannot give"}";
}
