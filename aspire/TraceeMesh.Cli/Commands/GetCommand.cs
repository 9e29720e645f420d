using System.CommandLine;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Lookups;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Commands;

/// <summary><c>tmesh get</c>: one lookup from the command line.</summary>
internal static class GetCommand
{
    public static Command Create()
    {
        var @namespace = new Argument<string>("namespace") { Description = "Namespace of the data source, e.g. tracee" };
        var id = new Argument<string>("id") { Description = "Id of the data source, e.g. containers" };
        var key = new Argument<string>("key") { Description = "A string, or JSON when it starts with {" };
        var node = new Option<string?>("--node") { Description = "Node of the data source [default: the only one there is]" };
        var at = new Option<string?>("--at") { Description = "As of this time: seconds since the epoch, or ISO 8601 [default: now]" };
        var json = CommonOptions.Json();
        var nats = CommonOptions.Nats();
        var stateDirectory = CommonOptions.StateDirectory();
        var command = new Command("get", "Ask a data source; exit code 3 is not found, 4 a key it does not take, 5 no answer") { @namespace, id, key, node, at, json, nats, stateDirectory };
        command.SetAction((parsed, cancellation) => Run(
            new LookupQuestion(
                parsed.GetRequiredValue(@namespace),
                parsed.GetRequiredValue(id),
                LookupQuestion.ParseKey(parsed.GetRequiredValue(key)),
                parsed.GetValue(node),
                LookupQuestion.ParseTime(parsed.GetValue(at))),
            MeshAddress.Find(parsed.GetValue(nats), parsed.GetValue(stateDirectory)),
            cancellation));
        return command;
    }

    private static async Task<int> Run(LookupQuestion question, MeshAddress address, CancellationToken cancellation)
    {
        if (address.IsReader)
        {
            throw new CommandException(ExitCode.NoPrivilege, "lookups are not for readers: run as the user who started the mesh, whose state directory holds the credentials");
        }

        await using var bus = await MeshConnection.Open(address, cancellation);
        var (status, line, enrichment) = await question.Ask(bus, address.Node, cancellation);
        if (line is not null)
        {
            Console.WriteLine(line);
        }

        if (enrichment.Length > 0)
        {
            await Console.Error.WriteLineAsync($"tmesh: {question.Source}: incomplete: {enrichment}");
        }

        var exitCode = LookupQuestion.ExitCodeOf(status);
        if (exitCode != ExitCode.Ok)
        {
            await Console.Error.WriteLineAsync($"tmesh: {question.Source}: {Contracts.Lookups.LookupStatuses.Name(status)}");
        }

        return exitCode;
    }
}
