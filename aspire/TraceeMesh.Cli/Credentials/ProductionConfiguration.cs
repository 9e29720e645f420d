using System.Net;
using System.Text;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Up;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Credentials;

/// <summary>
/// The configuration of a nats-server for production: TLS, an account of the mesh's own, one user for each service, and on each node,
/// with no more than it needs. Who shows no credentials is turned away.
/// </summary>
/// <param name="Listen">Where it listens.</param>
/// <param name="Tls">Its certificate; null for a bus that only this machine reaches.</param>
/// <param name="Users">The users with their passwords; that of the system account is <see cref="SystemUser"/>.</param>
/// <param name="Permissions">What each of them may do.</param>
internal sealed record ProductionConfiguration(IPEndPoint Listen, BusTlsFiles? Tls, IReadOnlyDictionary<string, BusCredentials> Users, IReadOnlyList<BusPermission> Permissions)
{
    /// <summary>The user of the account that sees the server itself.</summary>
    public const string SystemUser = "system";

    public string Render()
    {
        var text = new StringBuilder();
        text.Append("# Written by tmesh init-credentials. It holds passwords: readable for the server alone.\n");
        text.Append("# server_name, cluster and leafnodes are yours to add, in a file that includes this one.\n");
        text.Append($"listen: {NatsUsers.Quote(Listen.ToString())}\n");
        text.Append($"max_payload: {Limits.MessageBytes}\n");
        text.Append($"jetstream {{ store_dir: \"jetstream\", max_memory_store: {NatsConfiguration.MemoryStoreBytes}, max_file_store: {NatsConfiguration.FileStoreBytes} }}\n");
        if (Tls is { } tls)
        {
            text.Append($"tls {{ cert_file: {NatsUsers.Quote(tls.Certificate)}, key_file: {NatsUsers.Quote(tls.Key)}");
            text.Append(tls.Authorities is { } authorities ? $", ca_file: {NatsUsers.Quote(authorities)}, verify: true }}\n" : " }\n");
        }

        text.Append("accounts {\n MESH {\n  jetstream: enabled\n");
        NatsUsers.Write(text, Users, Permissions);
        text.Append(" }\n SYS {\n");
        text.Append($"  users: [ {{ user: {NatsUsers.Quote(SystemUser)}, password: {NatsUsers.Quote(Users[SystemUser].Password)} }} ]\n }}\n}}\n");
        return text.Append("system_account: SYS\n").ToString();
    }
}
