using System.CommandLine;
using TraceeMesh.Bus;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Lookups;
using TraceeMesh.Cli.Streams;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Cli.Commands;

/// <summary><c>tmesh watch</c>: what changes in a data source, as it changes.</summary>
internal static class WatchCommand
{
    private const int NoticesWaiting = 4096;

    public static Command Create()
    {
        var @namespace = new Argument<string>("namespace") { Description = "Namespace of the data source" };
        var id = new Argument<string>("id") { Description = "Id of the data source" };
        var node = new Option<string?>("--node") { Description = "Node of the data source; none for one of the whole mesh" };
        var json = CommonOptions.Json();
        var nats = CommonOptions.Nats();
        var stateDirectory = CommonOptions.StateDirectory();
        var command = new Command("watch", "Print entries of a data source as they change") { @namespace, id, node, json, nats, stateDirectory };
        command.SetAction((parsed, cancellation) => Run(
            parsed.GetRequiredValue(@namespace),
            parsed.GetRequiredValue(id),
            parsed.GetValue(node),
            MeshAddress.Find(parsed.GetValue(nats), parsed.GetValue(stateDirectory)),
            parsed.GetValue(json),
            cancellation));
        return command;
    }

    private static async Task<int> Run(string @namespace, string id, string? node, MeshAddress address, bool json, CancellationToken cancellation)
    {
        if (address.IsReader)
        {
            throw new CommandException(ExitCode.NoPrivilege, "data sources are not for readers: run as the user who started the mesh, whose state directory holds the credentials");
        }

        using var stop = new StopOnSignal(cancellation);
        await using var bus = await MeshConnection.Open(address, stop.Token);
        var subjects = MeshSubjects.InForce;
        using var notices = bus.Subscribe(node is null ? subjects.Changed(@namespace, id) : subjects.Changed(@namespace, id, node), new BusSubscriptionOptions { Capacity = NoticesWaiting });
        try
        {
            while (await notices.ReadAsync(stop.Token) is { } message)
            {
                using (message)
                {
                    if (ChangeCodec.TryRead(message.Payload, out var notice) != FrameStatus.Ok)
                    {
                        await Console.Error.WriteLineAsync("tmesh: a notice of a change could not be read, and is skipped");
                        continue;
                    }

                    if (notice.All)
                    {
                        await Console.Error.WriteLineAsync($"tmesh: anything in {@namespace}/{id} may have changed: tmesh get says how it is now");
                    }

                    foreach (var key in notice.Keys)
                    {
                        await Tell(bus, new LookupQuestion(@namespace, id, key.Value, node, 0), address.Node, json, stop.Token);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            // Told to end.
        }

        return ExitCode.Ok;
    }

    private static async Task Tell(BusConnection bus, LookupQuestion question, string? onlyNode, bool json, CancellationToken cancellation)
    {
        var (status, line, _) = await question.Ask(bus, onlyNode, cancellation);
        var key = SourceListing.Json(question.Key);
        var values = line ?? "null";
        Console.WriteLine(json ? $$"""{"key":{{key}},"status":"{{LookupStatuses.Name(status)}}","values":{{values}}}""" : $"{key}  {(status == LookupStatus.Found ? values : LookupStatuses.Name(status))}");
    }
}
