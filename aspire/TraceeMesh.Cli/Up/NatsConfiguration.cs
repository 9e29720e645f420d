using System.Net;
using System.Text;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Up;

/// <summary>The configuration file of a local mesh's nats-server: loopback, JetStream with explicit limits, one user for each kind of client.</summary>
/// <param name="ServerName">Told to every client that connects; says whether a server is ours.</param>
/// <param name="Listen">Where it listens.</param>
/// <param name="Users">The users with their passwords; the reader's stays unknown, a client without credentials is the reader.</param>
/// <param name="Permissions">What each of them may do.</param>
public sealed record NatsConfiguration(string ServerName, IPEndPoint Listen, IReadOnlyDictionary<string, BusCredentials> Users, IReadOnlyList<BusPermission> Permissions)
{
    /// <summary>Room for every memory stream of the table at its limit, and for the raw frames of a second node, which a capture is replayed as; the server refuses a stream that would not fit.</summary>
    public const long MemoryStoreBytes = 1280L * 1024 * 1024;

    /// <summary>Room for every disk stream of the table and for the logs of writable sources.</summary>
    public const long FileStoreBytes = 8L * 1024 * 1024 * 1024;

    /// <summary>The store's directory relative to the server's working directory, which is the state directory: an unprivileged server may not be able to walk there from the root.</summary>
    public const string StoreDirectory = "jetstream";

    public string Render()
    {
        var text = new StringBuilder();
        text.Append("# Written by tmesh up at every start; what you change here is lost.\n");
        text.Append($"server_name: {Quote(ServerName)}\n");
        text.Append($"listen: {Quote(Listen.ToString())}\n");
        text.Append($"max_payload: {Limits.MessageBytes}\n");
        text.Append($"jetstream {{ store_dir: {Quote(StoreDirectory)}, max_memory_store: {MemoryStoreBytes}, max_file_store: {FileStoreBytes} }}\n");
        text.Append($"no_auth_user: {Quote(Contracts.Permissions.Reader)}\n");
        text.Append("authorization {\n");
        NatsUsers.Write(text, Users, Permissions);
        return text.Append("}\n").ToString();
    }

    private static string Quote(string value) => NatsUsers.Quote(value);
}
