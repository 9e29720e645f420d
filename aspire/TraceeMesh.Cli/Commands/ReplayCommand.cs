using System.CommandLine;
using TraceeMesh.Capture;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Replaying;
using TraceeMesh.Cli.Streams;
using TraceeMesh.Contracts;
using TraceeMesh.Detector.Loading;
using TraceeMesh.Replay.Feeding;
using TraceeMesh.Replay.Judging;
using TraceeMesh.Signatures.BuiltIn.DefenseEvasion;

namespace TraceeMesh.Cli.Commands;

/// <summary><c>tmesh replay</c>: a capture, fed to a mesh or judged here.</summary>
internal static class ReplayCommand
{
    private const string Text = """
        Replay a capture: into the mesh that runs, or with --judge in this process, findings as JSON lines on stdout

        Example:
          tmesh replay build.capture --speed 10x
          tmesh replay build.capture --judge signatures/ > findings
        """;

    /// <summary>The node that captures are replayed as, where none is named.</summary>
    private const string DefaultNode = "replay";

    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "The capture" };
        var judge = new Option<string?>("--judge")
        {
            Description = "Judge it here with the signatures that come along and those of a directory (assemblies, signatures.yaml), without any mesh",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var speed = new Option<string>("--speed") { Description = "1x, 10x, or max", DefaultValueFactory = _ => "1x" };
        var node = new Option<string?>("--node") { Description = $"The node it is replayed as; it may have no collector [default: {DefaultNode}]" };
        var nats = CommonOptions.Nats();
        var stateDirectory = CommonOptions.StateDirectory();
        var command = new Command("replay", Text) { file, judge, speed, node, nats, stateDirectory };
        command.SetAction((parsed, cancellation) =>
        {
            var path = parsed.GetRequiredValue(file);
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

    private static async Task<int> Judge(string path, string? directory, CancellationToken cancellation)
    {
        if (directory is not null && !Directory.Exists(directory))
        {
            throw new CommandException(ExitCode.Usage, $"--judge: there is no directory {directory}");
        }

        var capture = CaptureOpening.Open(path);
        await using var output = StandardOutput.Open();
        await using var judge = new CaptureJudge(
            capture,
            SignatureAssembly.Find(typeof(AntiDebugging).Assembly),
            directory,
            finding =>
            {
                output.Write(finding.Payload);
                output.WriteByte((byte)'\n');
            },
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
