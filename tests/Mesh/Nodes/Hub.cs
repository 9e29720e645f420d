using TraceeMesh.TestKit;

namespace TraceeMesh.Tests.Mesh.Nodes;

/// <summary>The hub of a mesh of leaf nodes, with the configuration of the Kubernetes manifests.</summary>
internal sealed class Hub : IAsyncDisposable
{
    /// <summary>Its JetStream domain, as the configuration names it.</summary>
    public const string Domain = "hub";

    private Hub(NatsServer server, int leafPort) => (Server, LeafPort) = (server, leafPort);

    public NatsServer Server { get; }

    /// <summary>Where leaf nodes come in.</summary>
    public int LeafPort { get; }

    public static async Task<Hub> StartAsync()
    {
        var port = Ports.Free();
        var server = await NatsServer.StartDeployedAsync(
            Configuration("hub.conf"),
            new Dictionary<string, string> { ["NATS_LEAVES"] = NatsServer.Quoted($"127.0.0.1:{port}") },
            directory => WriteUsers(directory, "hub.conf"));
        return new Hub(server, port);
    }

    /// <summary>A file of the manifests.</summary>
    public static string Configuration(string file) => Path.Combine(SourceTree.Root, "aspire/deploy/kubernetes/base/nats", file);

    /// <summary>Who may do what comes from a Secret; what is tested here is what nobody may draw off a node, whoever it is.</summary>
    public static void WriteUsers(string directory, string file)
    {
        var users = Directory.CreateDirectory(Path.Combine(directory, "users"));
        File.WriteAllText(Path.Combine(users.FullName, file), "# Everybody.\n");
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
