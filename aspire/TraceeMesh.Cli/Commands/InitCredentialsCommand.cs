using System.CommandLine;
using System.Net;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Credentials;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Commands;

/// <summary><c>tmesh init-credentials</c>: what a bus in production and its clients are to be told.</summary>
internal static class InitCredentialsCommand
{
    private const string DefaultCertificate = "/etc/nats/tls/server.pem";
    private const string DefaultKey = "/etc/nats/tls/server.key";

    public static Command Create()
    {
        var directory = new Option<string>("--out") { Description = "The directory to write, which may not exist yet", Required = true };
        var nodes = new Option<string?>("--nodes") { Description = "Names of the nodes, with commas: each gets users of its own, which may use its own subjects only [default: one collector and one enricher user for all]" };
        var listen = CommonOptions.Address("--listen", "Where the bus listens [default: 0.0.0.0:4222]");
        var certificate = new Option<string>("--tls-certificate") { Description = "PEM file of the bus's certificate, on the machine where it runs", DefaultValueFactory = _ => DefaultCertificate };
        var key = new Option<string>("--tls-key") { Description = "PEM file of its key", DefaultValueFactory = _ => DefaultKey };
        var authorities = new Option<string?>("--tls-client-ca") { Description = "PEM file of the authorities that must have signed clients' certificates [default: clients need none]" };
        var noTls = new Option<bool>("--no-tls") { Description = "Leave TLS out; on loopback only" };
        var command = new Command("init-credentials", "Write a nats-server configuration with one user for each service, and a file of credentials for each") { directory, nodes, listen, certificate, key, authorities, noTls };
        command.SetAction(parsed => Run(
            parsed.GetRequiredValue(directory),
            Names(parsed.GetValue(nodes)),
            parsed.GetValue(listen) ?? new IPEndPoint(parsed.GetValue(noTls) ? IPAddress.Loopback : IPAddress.Any, 4222),
            parsed.GetValue(noTls) ? null : new BusTlsFiles(parsed.GetRequiredValue(certificate), parsed.GetRequiredValue(key), parsed.GetValue(authorities))));
        return command;
    }

    private static string[] Names(string? nodes)
    {
        var names = (nodes ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return names.GroupBy(Subjects.Safe).FirstOrDefault(g => g.Count() > 1) is { } twice
            ? throw new CommandException(ExitCode.Usage, $"--nodes: {string.Join(" and ", twice)} are one name on the bus, {twice.Key}")
            : names;
    }

    private static int Run(string directory, IReadOnlyList<string> nodes, IPEndPoint listen, BusTlsFiles? tls)
    {
        if (tls is null && !IPAddress.IsLoopback(listen.Address))
        {
            throw new CommandException(ExitCode.Usage, $"--no-tls --listen {listen}: beyond this machine passwords and events would travel in the clear; leave --no-tls out");
        }

        var root = Path.GetFullPath(directory);
        if (Directory.Exists(root) && Directory.EnumerateFileSystemEntries(root).Any())
        {
            throw new CommandException(ExitCode.Usage, $"--out {root}: there is something in it, and passwords in use are not overwritten; give another directory");
        }

        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var credentials = Path.Combine(root, "credentials");
        Directory.CreateDirectory(credentials, owner | UnixFileMode.UserExecute);
        File.SetUnixFileMode(root, owner | UnixFileMode.UserExecute);
        var permissions = Permissions.For(MeshSubjects.InForce, nodes);
        var users = permissions.Select(p => p.User).Append(ProductionConfiguration.SystemUser).ToDictionary(u => u, BusCredentials.Generate);
        foreach (var user in users.Values)
        {
            user.Write(Path.Combine(credentials, $"{user.User}.json"));
        }

        using (var file = new StreamWriter(new FileStream(Path.Combine(root, "nats.conf"), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = owner })))
        {
            file.Write(new ProductionConfiguration(listen, tls, users, permissions).Render());
        }

        Console.Out.WriteLine($"{Path.Combine(root, "nats.conf")}: for nats-server 2.12.6, 2.11.15 or later");
        foreach (var user in users.Keys)
        {
            Console.Out.WriteLine($"{Path.Combine(credentials, user)}.json: {(user == ProductionConfiguration.SystemUser ? "the operator of the bus" : $"--credentials of {user}")}");
        }

        return ExitCode.Ok;
    }
}
