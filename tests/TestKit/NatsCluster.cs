using System.Text;

namespace TraceeMesh.TestKit;

/// <summary>Three real servers that are one cluster. Disposing kills them.</summary>
public sealed class NatsCluster : IAsyncDisposable
{
    private const int Size = 3;

    private NatsCluster(IReadOnlyList<NatsServer> servers) => Servers = servers;

    /// <summary>The servers.</summary>
    public IReadOnlyList<NatsServer> Servers { get; }

    /// <summary>The addresses that clients use, with commas between them.</summary>
    public string Urls => string.Join(',', Servers.Select(s => s.Url));

    /// <summary>Starts the servers.</summary>
    public static async Task<NatsCluster> StartAsync()
    {
        var routes = Enumerable.Range(0, Size).Select(_ => Ports.Free()).ToArray();
        var all = string.Join(", ", routes.Select(p => $"\"nats://127.0.0.1:{p}\""));
        var starting = routes.Select(port => NatsServer.StartAsync(new StringBuilder()
            .Append($"cluster {{ name: mesh, listen: \"127.0.0.1:{port}\", routes: [{all}] }}")
            .ToString()));
        return new NatsCluster(await Task.WhenAll(starting));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var server in Servers)
        {
            await server.DisposeAsync();
        }
    }
}
