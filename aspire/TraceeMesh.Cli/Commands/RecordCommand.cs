using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using TraceeMesh.Bus;
using TraceeMesh.Capture;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Events;
using TraceeMesh.Cli.Recording;
using TraceeMesh.Cli.Streams;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Cli.Commands;

/// <summary><c>tmesh record</c>: the raw frames of a node into a file.</summary>
internal static class RecordCommand
{
    private const string Example = """
        Record what a node sees: its raw frames as they travel, a snapshot of what exists, and what container runtimes and data sources said
        """;

    private sealed record Request(string Out, string? Node, TimeSpan? For, string[] Events, bool Only, string[] Command);

    public static Command Create()
    {
        var output = new Option<string>("--out") { Description = "The capture to write", Required = true };
        var node = new Option<string?>("--node") { Description = "The node [default: the only one]" };
        var time = new Option<TimeSpan?>("--for") { Description = "How long, e.g. 60s, 10m [default: until Ctrl-C, or until the command has ended]", CustomParser = CommonOptions.ParseDuration };
        var events = new Option<string[]>("--events") { Description = "Events to record beside those that signatures want, without their filters; * is all but frequent system calls", CustomParser = r => r.Tokens.SelectMany(t => t.Value.Split(',')).ToArray() };
        events.Validators.Add(result =>
        {
            foreach (var name in result.Tokens.SelectMany(t => t.Value.Split(',')).Where(n => n != "*" && EventCatalog.Find(n) is not { Internal: false }))
            {
                result.AddError($"there is no event {name}; docs/events.md lists them");
            }
        });
        var only = new Option<bool>("--only") { Description = "Keep only what the command and its descendants did" };
        var line = new Argument<string[]>("command") { Description = "A command to run once everything that exists is recorded; recording ends with it", Arity = ArgumentArity.ZeroOrMore };
        var nats = CommonOptions.Nats();
        var stateDirectory = CommonOptions.StateDirectory();
        var command = new Command("record", Example) { output, node, time, events, only, line, nats, stateDirectory };
        command.SetAction((parsed, cancellation) => Run(
            MeshAddress.Find(parsed.GetValue(nats), parsed.GetValue(stateDirectory)),
            new Request(parsed.GetRequiredValue(output), parsed.GetValue(node), parsed.GetValue(time), parsed.GetValue(events) ?? [], parsed.GetValue(only), parsed.GetValue(line) ?? []),
            cancellation));
        return command;
    }

    private static async Task<int> Run(MeshAddress address, Request request, CancellationToken cancellation)
    {
        if (address.IsReader)
        {
            throw new CommandException(ExitCode.NoPrivilege, "raw frames are not for readers: run as the user who started the mesh, whose state directory holds the credentials");
        }

        if (request is { Only: true, Command.Length: 0 })
        {
            throw new CommandException(ExitCode.Usage, "--only keeps what a command does: name one behind --");
        }

        using var stop = new StopOnSignal(cancellation);
        await using var bus = await MeshConnection.Open(address, stop.Token);
        var node = request.Node ?? address.Node ?? await KnownNodes.Only(bus, asReader: false, stop.Token);
        var selecting = await Select(bus, request.Events, stop.Token);
        var (exit, root) = (ExitCode.Ok, 0);
        long frames, records;
        using (var writer = new CaptureWriter(Create(request.Out), Origin(node, bus.Time)))
        {
            var recorder = new Recorder(bus, node, writer);
            try
            {
                await recorder.RunAsync(
                    async c =>
                    {
                        await Console.Error.WriteLineAsync($"tmesh: recording {node}");
                        (exit, root) = await Wait(request, bus.Time, c);
                    },
                    stop.Token);
            }
            finally
            {
                await stop.Cancel();
                await selecting;
            }

            (frames, records) = (writer.Frames, recorder.Records);
        }

        if (request.Only)
        {
            records = Trim(request.Out, root);
        }

        await Console.Error.WriteLineAsync($"tmesh: {request.Out}: {frames} frames, {records} records, {new FileInfo(request.Out).Length / 1024.0:0} KiB");
        return exit;
    }

    private static CaptureOrigin Origin(string node, TimeProvider time) => new(
        node,
        File.Exists("/proc/sys/kernel/osrelease") ? File.ReadAllText("/proc/sys/kernel/osrelease").Trim() : "",
        typeof(RecordCommand).Assembly.GetName().Version?.ToString(3) ?? "",
        (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick);

    private static FileStream Create(string path)
    {
        try
        {
            return File.Create(path);
        }
        catch (Exception e) when (e is DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Usage, $"--out {path}: {e.Message}", e);
        }
    }

    // Completed where nothing is selected.
    private static async Task<Task> Select(BusConnection bus, string[] events, CancellationToken cancellation)
    {
        if (events.Length == 0)
        {
            return Task.CompletedTask;
        }

        var bucket = await new JetStream(bus).EnsureBucketAsync(new StreamTable(MeshSubjects.InForce).Selection, cancellation);
        var selection = new EventSelection(bucket, events, bus.Time);
        await selection.Write(cancellation);
        return selection.KeepRenewed(cancellation);
    }

    private static async Task<(int ExitCode, int Pid)> Wait(Request request, TimeProvider time, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (request.For is { } duration)
        {
            end.CancelAfter(duration);
        }

        if (request.Command.Length == 0)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
            return (ExitCode.Ok, 0);
        }

        using var process = Start(request.Command);
        try
        {
            await process.WaitForExitAsync(end.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            return (ExitCode.Ok, process.Id);
        }

        return (process.ExitCode, process.Id);
    }

    private static Process Start(string[] command)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(command[0], command[1..]))!;
        }
        catch (Win32Exception e)
        {
            throw new CommandException(ExitCode.Usage, $"{command[0]} cannot be run: {e.Message}", e);
        }
    }

    private static long Trim(string path, int root)
    {
        var trimmed = path + ".trimmed";
        long records;
        try
        {
            records = CaptureTrimmer.Trim(CaptureFile.Open(path), File.Create(trimmed), root);
        }
        catch (CaptureException e)
        {
            File.Delete(trimmed);
            throw new CommandException(ExitCode.Failure, $"{path} has everything, and cannot be cut to the command: {e.Message}", e);
        }

        File.Move(trimmed, path, overwrite: true);
        return records;
    }
}
