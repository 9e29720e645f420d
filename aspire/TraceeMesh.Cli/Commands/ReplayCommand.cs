using System.CommandLine;
using TraceeMesh.Capture;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Replaying;
using TraceeMesh.Cli.Streams;
using TraceeMesh.Contracts;
using TraceeMesh.Detector.Findings;
using TraceeMesh.Detector.Loading;
using TraceeMesh.Replay.Feeding;
using TraceeMesh.Replay.Importing;
using TraceeMesh.Replay.Judging;
using TraceeMesh.Signatures.BuiltIn.DefenseEvasion;

namespace TraceeMesh.Cli.Commands;

/// <summary><c>tmesh replay</c>: a capture, fed to a mesh or judged here.</summary>
internal static class ReplayCommand
{
    private const string Text = """
        Replay a capture: into the mesh that runs, or with --judge in this process, findings as JSON lines on stdout
        """;

    // Lines that are no events are told of one by one up to here; beyond it their number says enough.
    private const int MaxComplaints = 20;

    /// <summary>The node that captures are replayed as, where none is named.</summary>
    private const string DefaultNode = "replay";

    private const string TraceeJson = "tracee-json";

    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "The capture" };
        var judge = new Option<string?>("--judge")
        {
            Description = "Judge it here with the signatures that come along and those of a directory (assemblies, signatures.yaml), without any mesh",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var from = new Option<string?>("--from") { Description = "tracee-json: the file is what Tracee printed with its JSON output, and is judged here" };
        from.AcceptOnlyFromAmong(TraceeJson);
        var speed = new Option<string>("--speed") { Description = "1x, 10x, or max", DefaultValueFactory = _ => "1x" };
        var node = new Option<string?>("--node") { Description = $"The node it is replayed as; it may have no collector [default: {DefaultNode}]" };
        var nats = CommonOptions.Nats();
        var stateDirectory = CommonOptions.StateDirectory();
        var command = new Command("replay", Text) { file, judge, from, speed, node, nats, stateDirectory };
        command.SetAction((parsed, cancellation) =>
        {
            var path = parsed.GetRequiredValue(file);
            if (parsed.GetValue(from) is not null)
            {
                return JudgeTraceeJson(path, parsed.GetValue(judge), cancellation);
            }

            if (parsed.GetResult(judge) is not null)
            {
                return Judge(path, parsed.GetValue(judge), cancellation);
            }

            if (!ReplaySpeed.TryParse(parsed.GetRequiredValue(speed), out var factor))
            {
                throw new CommandException(ExitCode.Usage, $"--speed {parsed.GetValue(speed)}: give 1x, 10x or max");
            }

            var state = StateDirectory.Choose(parsed.GetValue(stateDirectory));
            var address = MeshAddress.Find(parsed.GetValue(nats), Environment.GetEnvironmentVariable(MeshAddress.Variable), state);
            return Feed(path, address, state, new FeedTarget(parsed.GetValue(node) ?? DefaultNode, factor), cancellation);
        });
        return command;
    }

    private static void RequireDirectory(string? directory)
    {
        if (directory is not null && !Directory.Exists(directory))
        {
            throw new CommandException(ExitCode.Usage, $"--judge: there is no directory {directory}");
        }
    }

    private static async Task<int> JudgeTraceeJson(string path, string? directory, CancellationToken cancellation)
    {
        RequireDirectory(directory);
        if (path != "-" && !File.Exists(path))
        {
            throw new CommandException(ExitCode.Usage, $"there is no file {path}");
        }

        var refused = 0L;
        await using var output = StandardOutput.Open();
        await using var judge = new TraceeJsonJudge(
            SignatureAssembly.Find(typeof(AntiDebugging).Assembly),
            directory,
            finding => WriteLine(output, finding),
            (line, reason) =>
            {
                if (++refused <= MaxComplaints)
                {
                    Console.Error.WriteLine($"tmesh: {path}, line {line}: {reason}: skipped");
                }
            },
            new ErrorLog(Console.Error));
        using var reader = path == "-" ? Console.In : new StreamReader(path);
        var report = await judge.RunAsync(Lines(reader), cancellation);
        await output.FlushAsync(cancellation);
        await Console.Error.WriteLineAsync($"tmesh: {report.Findings} findings in {report.Events} events of {report.Records} lines{(refused > 0 ? $"; {refused} lines are no events" : "")}");
        return refused > 0 ? ExitCode.Failure : ExitCode.Ok;
    }

    private static IEnumerable<string> Lines(TextReader reader)
    {
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    private static void WriteLine(Stream output, Finding finding)
    {
        output.Write(finding.Payload);
        output.WriteByte((byte)'\n');
    }

    private static async Task<int> Judge(string path, string? directory, CancellationToken cancellation)
    {
        RequireDirectory(directory);
        var capture = CaptureOpening.Open(path);
        await using var output = StandardOutput.Open();
        await using var judge = new CaptureJudge(
            capture,
            SignatureAssembly.Find(typeof(AntiDebugging).Assembly),
            directory,
            finding => WriteLine(output, finding),
            new ErrorLog(Console.Error));
        var report = await judge.RunAsync(cancellation);
        await output.FlushAsync(cancellation);
        await Console.Error.WriteLineAsync($"tmesh: {report.Findings} findings in {report.Events} events of {report.Records} records{(report.Lost > 0 ? $"; {report.Lost} events are missing" : "")}");
        return CaptureOpening.Complain(path, capture, report.BadFrames, report.BadRecords);
    }

    private static async Task<int> Feed(string path, MeshAddress address, StateDirectory state, FeedTarget target, CancellationToken cancellation)
    {
        var capture = CaptureOpening.Open(path);
        using var stop = new StopOnSignal(cancellation);
        var feeding = new Feeding(capture, Path.GetFullPath(path), address, state, target);
        await feeding.Run(stop.Token);
        return CaptureOpening.Complain(path, capture, feeding.BadFrames, 0);
    }
}
