using System.CommandLine;
using TraceeMesh.Bus;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Events;
using TraceeMesh.Cli.Streams;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Cli.Commands;

/// <summary><c>tmesh events</c>: events as they come, selected for as long as it runs.</summary>
internal static class EventsCommand
{
    private const string Everything = "*";

    public static Command Create()
    {
        var names = new Argument<string[]>("event") { Arity = ArgumentArity.ZeroOrMore, Description = "Names of events [default: all but frequent system calls]" };
        var named = new Option<bool>("--names") { Description = "Flags, signals and the like by their names" };
        names.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(t => EventCatalog.Find(t.Value) is null))
            {
                result.AddError($"there is no event {token.Value}; there are: {string.Join(' ', EventCatalog.All.Where(d => d is { Internal: false, Unavailable: null } && !SystemCallTable.IsSystemCall(d.Id)).Select(d => d.Name))}, and every system call");
            }
        });
        var json = CommonOptions.Json();
        var nats = CommonOptions.Nats();
        var stateDirectory = CommonOptions.StateDirectory();
        var command = new Command("events", "Print events as they come") { names, json, named, nats, stateDirectory };
        command.SetAction((parsed, cancellation) => Run(
            MeshAddress.Find(parsed.GetValue(nats), parsed.GetValue(stateDirectory)),
            parsed.GetValue(names) ?? [],
            parsed.GetValue(json),
            parsed.GetValue(named),
            cancellation));
        return command;
    }

    private static async Task<int> Run(MeshAddress address, string[] names, bool json, bool named, CancellationToken cancellation)
    {
        if (address.IsReader)
        {
            throw new CommandException(ExitCode.NoPrivilege, "events are not for readers: run as the user who started the mesh, whose state directory holds the credentials");
        }

        using var stop = new StopOnSignal(cancellation);
        await using var bus = await MeshConnection.Open(address, stop.Token);
        await using var output = StandardOutput.Open();
        var streams = new StreamTable(MeshSubjects.InForce);
        var selection = new EventSelection(await new JetStream(bus).EnsureBucketAsync(streams.Selection, stop.Token), names.Length == 0 ? [Everything] : names, bus.Time);
        await selection.Write(stop.Token);
        var renewing = selection.KeepRenewed(stop.Token);
        using var printer = new EventPrinter(names.ToHashSet(StringComparer.Ordinal), json, named, output, Console.Error);
        var follower = new StreamFollower(bus, streams.Events, Console.Error);
        try
        {
            await foreach (var frame in follower.Read(ConsumerStart.New, follow: true, output.Flush, stop.Token))
            {
                using (frame)
                {
                    printer.Print(frame.PayloadMemory);
                }
            }
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            // Asked to end.
        }
        finally
        {
            await stop.Cancel();
            await renewing;
        }

        return ExitCode.Ok;
    }
}
