using TraceeMesh.TestKit;

namespace TraceeMesh.Tests.Mesh.Nodes;

/// <summary>The hub of a mesh of leaf nodes, with the configuration of the Kubernetes manifests.</summary>
internal sealed class Hub : IAsyncDisposable
{
    /// <summary>Its JetStream domain, as the configuration names it.</summary>
    public const string Domain = "hub";

    private Hub(NatsServer server, int leafPort, string? users) => (Server, LeafPort, Users) = (server, leafPort, users);

    public NatsServer Server { get; }

    /// <summary>Where leaf nodes come in.</summary>
    public int LeafPort { get; }

    /// <summary>What <c>tmesh init-kubernetes</c> wrote, the content of the Secret; null where everybody may do everything.</summary>
    public string? Users { get; }

    /// <summary>Starts it.</summary>
    /// <param name="users">The content of the Secret.</param>
    public static async Task<Hub> StartAsync(string? users = null)
    {
        var port = Ports.Free();
        var server = await NatsServer.StartDeployedAsync(
            Configuration("hub.conf"),
            new Dictionary<string, string> { ["NATS_LEAVES"] = NatsServer.Quoted($"127.0.0.1:{port}") },
            directory => WriteUsers(users, directory, "hub.conf"));
        return new Hub(server, port, users);
    }

    /// <summary>A file of the manifests.</summary>
    public static string Configuration(string file) => Path.Combine(SourceTree.Root, "aspire/deploy/kubernetes/base/nats", file);

    /// <summary>Puts the users where the configuration includes them from.</summary>
    public static void WriteUsers(string? users, string directory, string file) => File.WriteAllText(
        Path.Combine(Directory.CreateDirectory(Path.Combine(directory, "users")).FullName, file),
        users is null ? "# Everybody.\n" : File.ReadAllText(Path.Combine(users, file)));

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
