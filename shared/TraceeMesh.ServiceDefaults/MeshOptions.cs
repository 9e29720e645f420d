using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using TraceeMesh.Contracts;

namespace TraceeMesh.ServiceDefaults;

/// <summary>What every service is told at its start: by a flag, or else by the environment variable named beside it.</summary>
public sealed record MeshOptions
{
    // The bus knows no more.
    private const int MaxReplicas = 5;

    private static readonly Dictionary<string, string> Flags = new()
    {
        ["--node"] = "NODE",
        ["--instance"] = "INSTANCE",
        ["--nats"] = "NATS_URL",
        ["--nats-domain"] = "NATS_DOMAIN",
        ["--credentials"] = "CREDENTIALS",
        ["--http"] = "HTTP_ADDRESS",
        ["--prefix"] = "SUBJECT_PREFIX",
        ["--replicas"] = "STREAM_REPLICAS",
    };

    /// <summary>collector, enricher, detector or datasource-api.</summary>
    public required string Service { get; init; }

    /// <summary><c>--node</c>, TRACEEMESH_NODE: name of the node; the machine's name by default.</summary>
    public required string Node { get; init; }

    /// <summary><c>--instance</c>, TRACEEMESH_INSTANCE: name of this instance among those of its service; the node's name by default.</summary>
    public required string Instance { get; init; }

    /// <summary><c>--nats</c>, TRACEEMESH_NATS_URL: address of the bus; nats://127.0.0.1:4222 by default.</summary>
    public required string NatsUrl { get; init; }

    /// <summary>
    /// <c>--nats-domain</c>, TRACEEMESH_NATS_DOMAIN: the JetStream domain that keeps what the whole mesh shares, where the bus it connects to is a
    /// leaf node with a domain of its own; what belongs to the node alone, its raw frames, stays with the leaf. Null: one bus keeps everything.
    /// </summary>
    public string? NatsDomain { get; init; }

    /// <summary><c>--http</c>, TRACEEMESH_HTTP_ADDRESS: where health and metrics are served; a free port of loopback by default.</summary>
    public required IPEndPoint Http { get; init; }

    /// <summary><c>--prefix</c>, TRACEEMESH_SUBJECT_PREFIX: first token of every subject.</summary>
    public required string Prefix { get; init; }

    /// <summary><c>--replicas</c>, TRACEEMESH_STREAM_REPLICAS: how many servers of the bus keep each stream; 1 by default, 3 on a cluster of three.</summary>
    public int StreamReplicas { get; init; } = 1;

    /// <summary>User of the bus, from the file that <c>--credentials</c>, TRACEEMESH_CREDENTIALS names; null without one.</summary>
    public string? User { get; init; }

    /// <summary>Its password.</summary>
    public string? Password { get; init; }

    /// <summary>Everything that was configured, for keys of one service only.</summary>
    public required IConfiguration Configuration { get; init; }

    /// <summary>Reads flags and environment.</summary>
    /// <param name="service">Name of the service.</param>
    /// <param name="args">Its command line.</param>
    /// <param name="serviceFlags">Flags of this service alone, each with its environment variable without the prefix.</param>
    /// <exception cref="ServiceExitException">A value cannot be used.</exception>
    public static MeshOptions Parse(string service, string[] args, IReadOnlyDictionary<string, string>? serviceFlags = null)
    {
        var mapping = new Dictionary<string, string>(Flags);
        foreach (var (flag, key) in serviceFlags ?? new Dictionary<string, string>())
        {
            mapping[flag] = key;
        }

        Refuse(args, mapping);
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables("TRACEEMESH_").AddCommandLine(args, mapping).Build();
        var node = configuration["NODE"] ?? Environment.MachineName;
        if (node.Length is 0 or > Limits.NameBytes)
        {
            throw new ServiceExitException(ExitCode.Usage, $"the node's name has {node.Length} characters; give 1 to {Limits.NameBytes} with --node");
        }

        var (user, password) = ReadCredentials(configuration["CREDENTIALS"]);
        return new MeshOptions
        {
            Service = service,
            Node = node,
            Instance = configuration["INSTANCE"] ?? node,
            NatsUrl = configuration["NATS_URL"] ?? "nats://127.0.0.1:4222",
            NatsDomain = ParseDomain(configuration["NATS_DOMAIN"]),
            Http = ParseEndPoint("--http", configuration["HTTP_ADDRESS"] ?? "127.0.0.1:0"),
            Prefix = configuration["SUBJECT_PREFIX"] ?? Subjects.DefaultPrefix,
            StreamReplicas = ParseReplicas(configuration["STREAM_REPLICAS"] ?? "1"),
            User = user,
            Password = password,
            Configuration = configuration,
        };
    }

    /// <summary>Reads HOST:PORT where HOST is an address.</summary>
    public static IPEndPoint ParseEndPoint(string flag, string value) =>
        IPEndPoint.TryParse(value, out var endPoint)
            ? endPoint
            : throw new ServiceExitException(ExitCode.Usage, $"{flag} {value}: not an address and port such as 127.0.0.1:8080");

    // A domain is a token of the subjects that address it.
    private static string? ParseDomain(string? value) =>
        string.IsNullOrEmpty(value) ? null
        : Subjects.Safe(value) == value ? value
        : throw new ServiceExitException(ExitCode.Usage, $"--nats-domain {value}: a JetStream domain has letters, digits, - and _ only");

    private static int ParseReplicas(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var replicas) && replicas is >= 1 and <= MaxReplicas
            ? replicas
            : throw new ServiceExitException(ExitCode.Usage, $"--replicas {value}: a number from 1 to {MaxReplicas}, at most as many as the bus has servers");

    private static void Refuse(string[] args, Dictionary<string, string> mapping)
    {
        for (var i = 0; i < args.Length; i += 2)
        {
            if (!mapping.ContainsKey(args[i]))
            {
                throw new ServiceExitException(ExitCode.Usage, $"unknown flag {args[i]}; there are {string.Join(", ", mapping.Keys)}");
            }

            if (i + 1 == args.Length)
            {
                throw new ServiceExitException(ExitCode.Usage, $"{args[i]} wants a value");
            }
        }
    }

    private static (string? User, string? Password) ReadCredentials(string? file)
    {
        if (file is null)
        {
            return (null, null);
        }

        try
        {
            var json = JsonNode.Parse(File.ReadAllText(file));
            return ((string?)json?["user"], (string?)json?["password"]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            throw new ServiceExitException(ExitCode.Usage, $"credentials file {file}: {e.Message}; it is a JSON object with user and password");
        }
    }
}
