using System.CommandLine;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Credentials;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Commands;

/// <summary><c>tmesh init-kubernetes</c>: the content of the Secret that the Kubernetes manifests take the users of the bus from.</summary>
internal static class InitKubernetesCommand
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static Command Create()
    {
        var directory = new Option<string>("--out") { Description = "The directory to write, which may not exist yet", Required = true };
        var command = new Command("init-kubernetes", "Write the users of a bus on Kubernetes, as the content of a Secret") { directory };
        command.SetAction(parsed => Run(Path.GetFullPath(parsed.GetRequiredValue(directory))));
        return command;
    }

    private static int Run(string root)
    {
        if (Directory.Exists(root) && Directory.EnumerateFileSystemEntries(root).Any())
        {
            throw new CommandException(ExitCode.Usage, $"--out {root}: there is something in it, and passwords in use are not overwritten; give another directory");
        }

        var secret = Path.Combine(root, "bus-users");
        Directory.CreateDirectory(root, Owner | UnixFileMode.UserExecute);
        Directory.CreateDirectory(secret, Owner | UnixFileMode.UserExecute);
        var users = new KubernetesUsers(MeshSubjects.InForce);
        var credentials = users.Generate();
        Write(Path.Combine(secret, "hub.conf"), users.HubConfiguration(credentials));
        Write(Path.Combine(secret, "leaf.conf"), users.LeafConfiguration(credentials));
        Write(Path.Combine(secret, "leaf-password"), credentials[KubernetesUsers.Leaf].Password);
        Write(Path.Combine(secret, "route-password"), BusCredentials.Generate("route").Password);
        foreach (var service in (string[])["collector", "enricher", "detector", "datasource-api"])
        {
            credentials[service].Write(Path.Combine(secret, $"{service}.json"));
        }

        foreach (var client in (string[])[Permissions.CommandLine, Permissions.Source])
        {
            credentials[client].Write(Path.Combine(root, $"{client}.json"));
        }

        Console.Out.WriteLine($"kubectl --namespace traceemesh create secret generic bus-users --from-file={secret}");
        return ExitCode.Ok;
    }

    private static void Write(string path, string text)
    {
        using var file = new StreamWriter(new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Owner }));
        file.Write(text);
    }
}
