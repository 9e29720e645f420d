using System.Globalization;
using System.Net;
using System.Numerics;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Up;

/// <summary>Every address of a local mesh and the command line of every instance.</summary>
public sealed class MeshLayout
{
    private readonly UpOptions _options;
    private readonly Topology _topology;
    private readonly Dictionary<string, IPEndPoint> _http = [];

    public MeshLayout(UpOptions options, Topology topology, PortPicker ports)
    {
        (_options, _topology) = (options, topology);
        var loopback = IPAddress.Loopback;
        Nats = options.NatsPort is { } port ? ports.Asked(new IPEndPoint(loopback, port), "--nats-port") : ports.Default(loopback, UpOptions.DefaultNatsPort);
        Grpc = options.Grpc is { } grpc ? ports.Asked(grpc, "--grpc-address") : ports.Default(loopback, UpOptions.DefaultGrpcPort);
        Console = options.Http is { } http ? ports.Asked(http, "--http-address") : ports.Default(loopback, UpOptions.DefaultHttpPort);
        foreach (var (service, replica) in Instances)
        {
            _http[InstanceName(service, replica)] = IsConsole(service, replica) ? Console : ports.Free(loopback);
            if (service.HasGrpc && !IsConsole(service, replica))
            {
                FurtherGrpc[InstanceName(service, replica)] = ports.Free(loopback);
            }
        }
    }

    public IPEndPoint Nats { get; }

    public IPEndPoint Grpc { get; }

    public IPEndPoint Console { get; }

    public string NatsUrl => $"nats://{Nats}";

    /// <summary>Every instance in start order.</summary>
    public IEnumerable<(ServiceDefinition Service, int Replica)> Instances =>
        _topology.Services.SelectMany(s => Enumerable.Range(1, s.Replicas).Select(replica => (s, replica)));

    public MeshFile File => new(NatsUrl, _options.Node, Console.ToString(), Grpc.ToString(), Environment.ProcessId);

    private Dictionary<string, IPEndPoint> FurtherGrpc { get; } = [];

    public static string InstanceName(ServiceDefinition service, int replica) => $"{service.Name}-{replica.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>What an instance is told.</summary>
    /// <param name="service">Its service.</param>
    /// <param name="replica">Which replica it is, from 1.</param>
    /// <param name="readable">A path as the instance can read it.</param>
    public IEnumerable<string> Arguments(ServiceDefinition service, int replica, Func<string, string> readable)
    {
        var instance = InstanceName(service, replica);
        List<string> arguments =
        [
            "--node", _options.Node, "--instance", instance, "--nats", NatsUrl, "--credentials", readable(_options.State.CredentialsOf(service.Name)),
            "--http", _http[instance].ToString(),
        ];
        if (service.HasGrpc)
        {
            arguments.AddRange(["--grpc", FurtherGrpc.GetValueOrDefault(instance, Grpc).ToString(), "--expect", Expected]);
            if (_options.Sources is { } sources)
            {
                arguments.AddRange(["--sources", sources]);
            }

            if (_options.Plugins is { } plugins)
            {
                arguments.AddRange(["--plugins", readable(plugins)]);
            }
        }

        if (service.Name == "detector")
        {
            arguments.AddRange(["--signatures", readable(_options.Signatures ?? _options.State.Signatures)]);
        }

        if (service.Name == "collector")
        {
            arguments.AddRange(["--spread", Spread.ToString(CultureInfo.InvariantCulture)]);
            arguments.AddRange(_options.Replay is { } capture ? ["--capture", readable(capture), "--speed", _options.ReplaySpeed] : ["--on-stop", "leave"]);
        }

        return arguments;
    }

    // The events of this node reach every detector, as far as there are partitions.
    private int Spread => Math.Min((int)BitOperations.RoundUpToPowerOf2((uint)_topology["detector"].Replicas), Partitioning.Partitions);

    private string Expected => string.Join(',', _topology.Services.Reverse().Select(s => $"{s.Name}={s.Replicas}"));

    private static bool IsConsole(ServiceDefinition service, int replica) => service.HasGrpc && replica == 1;
}
