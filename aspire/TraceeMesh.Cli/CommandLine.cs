using System.CommandLine;
using System.CommandLine.Parsing;
using TraceeMesh.Bus;
using TraceeMesh.Cli.Commands;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Streams;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli;

/// <summary>The commands there are, and how an end becomes an exit code.</summary>
internal static class CommandLine
{
    private const int NoSpaceLeft = 28;

    // Commands end themselves on Ctrl-C, and failures get their code below.
    private static readonly InvocationConfiguration Invocation = new() { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false };

    public static RootCommand Create() => HelpWithExample.AddTo(new RootCommand("TraceeMesh: from kernel to finding")
    {
        UpCommand.Create(),
        FindingsCommand.Create(),
        EventsCommand.Create(),
        StatusCommand.Create(),
        SignaturesCommand.Create(),
        LedgerCommand.Create(),
        TriggerCommand.Create(),
        DemoCommand.Create(),
        ActCommand.Create(),
        ContainersCommand.Create(),
        ProcessesCommand.Create(),
        DnsCommand.Create(),
        SourcesCommand.Create(),
        GetCommand.Create(),
        PutCommand.Create(),
        WatchCommand.Create(),
        RecordCommand.Create(),
        ReplayCommand.Create(),
        DiffCommand.Create(),
        ExplainCommand.Create(),
        ExplainCgroupCommand.Create(),
        InitCredentialsCommand.Create(),
        InitKubernetesCommand.Create(),
        DoctorCommand.Create(),
        VersionCommand.Create(),
        CompletionCommand.Create(),
    });

    public static async Task<int> Run(string[] arguments)
    {
        try
        {
            var parsed = Create().Parse(arguments);
            if (parsed.Errors.Count > 0)
            {
                foreach (var error in parsed.Errors)
                {
                    await Console.Error.WriteLineAsync($"tmesh: {error.Message}");
                }

                await Console.Error.WriteLineAsync($"tmesh: {NameOf(parsed.CommandResult)} --help tells what there is");
                return ExitCode.Usage;
            }

            return await parsed.InvokeAsync(Invocation);
        }
        catch (CommandException failure)
        {
            return await Fail(failure.ExitCode, failure.Message);
        }
        catch (BusException exception)
        {
            var failure = MeshConnection.Failure(exception);
            return await Fail(failure.ExitCode, failure.Message);
        }
        catch (OperationCanceledException)
        {
            return await Fail(ExitCode.Failure, "interrupted");
        }
        catch (IOException exception) when (exception.HResult == StandardOutput.ReaderLeft)
        {
            return ExitCode.Ok;
        }
        catch (IOException exception) when (exception.HResult == NoSpaceLeft)
        {
            return await Fail(ExitCode.DiskFull, $"the disk is full: {exception.Message}");
        }
        catch (UnauthorizedAccessException exception)
        {
            return await Fail(ExitCode.NoPrivilege, $"{exception.Message} Run as the user who owns it, or choose another --state-dir.");
        }
    }

    private static string NameOf(CommandResult result) => result.Command is RootCommand ? "tmesh" : $"tmesh {result.Command.Name}";

    private static async Task<int> Fail(int exitCode, string message)
    {
        await Console.Error.WriteLineAsync($"tmesh: {message}");
        return exitCode;
    }
}
