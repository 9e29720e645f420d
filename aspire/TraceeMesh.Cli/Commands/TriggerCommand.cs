using System.CommandLine;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Streams;
using TraceeMesh.Cli.Triggers;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Commands;

/// <summary><c>tmesh trigger</c>: does harmlessly what one signature looks for.</summary>
internal static class TriggerCommand
{
    public static Command Create()
    {
        var signature = new Argument<string?>("name") { Description = "Event name of the signature, e.g. anti_debugging", Arity = ArgumentArity.ZeroOrOne };
        var list = new Option<bool>("--list") { Description = "Print the names there are" };
        var stateDirectory = CommonOptions.StateDirectory();
        var command = new Command("trigger", "Do harmlessly what one signature looks for, in namespaces of its own") { signature, list, stateDirectory };
        command.SetAction((parsed, cancellation) => parsed.GetValue(list) ? List() : Run(parsed.GetValue(signature), StateDirectory.Choose(parsed.GetValue(stateDirectory)), cancellation));
        return command;
    }

    private static async Task<int> List()
    {
        foreach (var trigger in TriggerList.All)
        {
            await Console.Out.WriteLineAsync(trigger.Impossible is { } reason ? $"{trigger.Signature,-26} not here: {reason}" : trigger.Signature);
        }

        return ExitCode.Ok;
    }

    private static async Task<int> Run(string? signature, StateDirectory state, CancellationToken cancellation)
    {
        var trigger = TriggerList.Find(signature ?? throw new CommandException(ExitCode.Usage, "which signature? tmesh trigger --list tells the names"))
            ?? throw new CommandException(ExitCode.Usage, $"there is no trigger for {signature}: tmesh trigger --list tells those there are");
        if (trigger.Impossible is { } reason)
        {
            throw new CommandException(ExitCode.Failure, $"{signature} cannot be triggered here: {reason}");
        }

        TriggerRun.RequireRoot();
        using var stop = new StopOnSignal(cancellation);
        var run = new TriggerRun(trigger);
        var outcome = await run.Run(MeshFile.Read(state)?.Grpc, stop.Token);
        if (outcome.Failure.Length > 0)
        {
            throw new CommandException(ExitCode.Failure, $"{signature}: {outcome.Failure}");
        }

        Console.WriteLine($"{signature} done on host {run.Mark}{(trigger.InContainer ? $" in container {run.ContainerId}" : "")}{(outcome.IsDecoy ? ", with a decoy for a file this kernel lacks" : "")}");
        return ExitCode.Ok;
    }
}
