using System.Text.Json;
using System.Text.Json.Serialization;

namespace TraceeMesh.Cli.Up;

/// <summary>The services of a local mesh in start order: those that read come before those that write, so that stopping in reverse order lets the flow run dry.</summary>
public sealed record Topology(IReadOnlyList<ServiceDefinition> Services)
{
    private const int MaxReplicas = 64;

    public static Topology Load(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return Validate(JsonSerializer.Deserialize(file, TopologyJson.Default.Topology) ?? throw new JsonException("it is empty"));
        }
        catch (Exception exception) when (exception is JsonException or IOException)
        {
            throw new CommandException(Contracts.ExitCode.Usage, $"{path} is not a topology: {exception.Message}", exception);
        }
    }

    /// <summary>The same topology with another number of replicas of one service.</summary>
    public Topology WithReplicas(string service, int replicas) =>
        Validate(new Topology([.. Services.Select(s => s.Name == service ? s with { Replicas = replicas } : s)]));

    /// <summary>The same topology with a capture in the collector's place, which needs no privilege.</summary>
    public Topology WithReplay() =>
        new([.. Services.Select(s => s.Name == "collector" ? s with { Project = "aspire/TraceeMesh.Replay/TraceeMesh.Replay.csproj", User = ServiceUser.Service } : s)]);

    public ServiceDefinition this[string service] => Services.First(s => s.Name == service);

    private static Topology Validate(Topology topology)
    {
        if (topology.Services is null || topology.Services.Count == 0)
        {
            throw new JsonException("it names no service");
        }

        foreach (var service in topology.Services)
        {
            if (service.Replicas is < 1 or > MaxReplicas)
            {
                throw new JsonException($"{service.Name} has {service.Replicas} replicas; 1 to {MaxReplicas} are possible");
            }
        }

        if (topology.Services.DistinctBy(s => s.Name).Count() != topology.Services.Count)
        {
            throw new JsonException("a service is named twice");
        }

        return topology;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, UseStringEnumConverter = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Topology))]
internal sealed partial class TopologyJson : JsonSerializerContext;
