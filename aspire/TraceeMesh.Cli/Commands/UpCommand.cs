using System.CommandLine;
using System.Net;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Replaying;
using TraceeMesh.Cli.Up;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Commands;

/// <summary><c>tmesh up</c>: a whole mesh on this machine until Ctrl-C.</summary>
internal static class UpCommand
{
    private const int MaxReplicas = 64;

    public static Command Create()
    {
        var detectors = CommonOptions.Count("--detectors", "How many detectors share the work", 1, MaxReplicas);
        var dataSourceApis = CommonOptions.Count("--datasource-apis", "How many datasource-api replicas run", 1, MaxReplicas);
        var node = new Option<string>("--node") { Description = "Name of this node", DefaultValueFactory = _ => Environment.MachineName };
        var natsPort = CommonOptions.Port("--nats-port", $"Port of the bus [default: {UpOptions.DefaultNatsPort}, or a free one]");
        var grpc = CommonOptions.Address("--grpc-address", $"HOST:PORT of the gRPC API [default: 127.0.0.1:{UpOptions.DefaultGrpcPort}, or a free port]");
        var http = CommonOptions.Address("--http-address", $"HOST:PORT of console, health and metrics [default: 127.0.0.1:{UpOptions.DefaultHttpPort}, or a free port]");
        var sources = new Option<string?>("--sources") { Description = "Directory with declarations of writable data sources" };
        var plugins = new Option<string?>("--plugins") { Description = "Directory with writable data sources coded in C#" };
        var signatures = new Option<string?>("--signatures") { Description = "Directory with assemblies of signatures and signatures.yaml [default: signatures/ in the state directory]" };
        var replay = new Option<string?>("--replay") { Description = "A capture to replay in the place of a collector: needs neither root nor BTF" };
        var speed = new Option<string>("--speed") { Description = "How fast it is replayed: 1x, 10x, or max", DefaultValueFactory = _ => "1x" };
        var stateDirectory = CommonOptions.StateDirectory();
        var verbose = new Option<bool>("--verbose") { Description = "Show everything the services print, not only errors" };

        var command = new Command("up", "Start a whole mesh on this machine and print findings until Ctrl-C")
        {
            detectors, dataSourceApis, node, natsPort, grpc, http, sources, plugins, signatures, replay, speed, stateDirectory, verbose,
        };
        command.SetAction((parsed, _) => Run(new UpOptions(StateDirectory.Choose(parsed.GetValue(stateDirectory)), NodeName(parsed.GetRequiredValue(node)))
        {
            Detectors = parsed.GetValue(detectors),
            DataSourceApis = parsed.GetValue(dataSourceApis),
            NatsPort = parsed.GetValue(natsPort),
            Grpc = parsed.GetValue(grpc),
            Http = parsed.GetValue(http),
            Sources = ExistingDirectory("--sources", parsed.GetValue(sources)),
            Plugins = ExistingDirectory("--plugins", parsed.GetValue(plugins)),
            Signatures = ExistingDirectory("--signatures", parsed.GetValue(signatures)),
            Replay = Capture(parsed.GetValue(replay)),
            ReplaySpeed = Speed(parsed.GetRequiredValue(speed)),
            Verbose = parsed.GetValue(verbose),
        }));
        return command;
    }

    private static async Task<int> Run(UpOptions options)
    {
        var repository = Checkout.Require();
        var topology = Topology.Load(repository.TopologyPath)
            .WithReplicas("detector", options.Detectors)
            .WithReplicas("datasource-api", options.DataSourceApis);
        topology = options.Replay is null ? topology : topology.WithReplay();
        using var stop = new StopSignal(TimeProvider.System);
        return await new LocalMesh(options, topology, repository, Console.Out, Console.Error, TimeProvider.System).Run(stop);
    }

    private static string NodeName(string name) =>
        name.Length is > 0 and <= Limits.NameBytes
            ? name
            : throw new CommandException(ExitCode.Usage, $"--node: a name has 1 to {Limits.NameBytes} characters");

    // Opened here, so that what is no capture is said before anything starts.
    private static string? Capture(string? path)
    {
        if (path is not null)
        {
            CaptureOpening.Complain(path, CaptureOpening.Open(path), 0, 0);
        }

        return path is null ? null : Path.GetFullPath(path);
    }

    private static string Speed(string speed) =>
        Replay.Feeding.ReplaySpeed.TryParse(speed, out _) ? speed : throw new CommandException(ExitCode.Usage, $"--speed {speed}: give 1x, 10x or max");

    private static string? ExistingDirectory(string option, string? path) =>
        path is null || Directory.Exists(path)
            ? path is null ? null : Path.GetFullPath(path)
            : throw new CommandException(ExitCode.Usage, $"{option}: there is no directory {path}");
}
