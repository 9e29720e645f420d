using TraceeMesh.Cli.Connection;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Up;

/// <summary>Puts into the state directory what the bus and the services read, each file for its reader's eyes only.</summary>
public static class StatePreparation
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode WalkedByOthers = Owner | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private const UnixFileMode ListedByOthers = WalkedByOthers | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Below this the bus could not keep its streams for long.</summary>
    public const long MinFreeBytes = 256L * 1024 * 1024;

    /// <summary>A link in a directory that another user writes leads where that user wants.</summary>
    private static readonly EnumerationOptions OwnEntries = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    /// <summary>Directories, before the lock is taken.</summary>
    /// <param name="state">The state directory.</param>
    /// <param name="person">Who the directory belongs to when root creates it for someone behind sudo.</param>
    public static void Create(StateDirectory state, UnprivilegedUser? person)
    {
        // Reaching in by name is what the services do; listing is not.
        Directory.CreateDirectory(state.Path, WalkedByOthers);
        if (person is null && Environment.IsPrivilegedProcess)
        {
            // One that was made by mktemp, say, is closed to others.
            File.SetUnixFileMode(state.Path, File.GetUnixFileMode(state.Path) | WalkedByOthers);
        }

        Directory.CreateDirectory(state.Credentials, WalkedByOthers);
        Directory.CreateDirectory(state.Signatures, ListedByOthers);
        Directory.CreateDirectory(state.Logs, Owner);
        Directory.CreateDirectory(state.JetStream, Owner);
        if (person is { } owner)
        {
            foreach (var directory in new[] { state.Path, state.Credentials, state.Signatures, state.Logs })
            {
                SystemCalls.GiveTo(directory, owner.Uid, owner.Gid);
            }
        }

        var free = new DriveInfo(state.Path).AvailableFreeSpace;
        if (free < MinFreeBytes)
        {
            throw new CommandException(ExitCode.DiskFull, $"the disk of {state.Path} has {free / 1024 / 1024} MiB free, the bus needs {MinFreeBytes / 1024 / 1024}: make room, or choose another --state-dir");
        }
    }

    /// <summary>New passwords for every user, then the configuration of the bus.</summary>
    /// <param name="state">The state directory.</param>
    /// <param name="configuration">Renders the configuration with the passwords.</param>
    /// <param name="permissions">The table of users.</param>
    /// <param name="ownerOf">Who reads a user's credentials; null for the starter.</param>
    /// <param name="busOwner">Who the bus runs as; null for the starter.</param>
    public static void Write(
        StateDirectory state,
        Func<IReadOnlyDictionary<string, BusCredentials>, NatsConfiguration> configuration,
        IReadOnlyList<BusPermission> permissions,
        Func<string, UnprivilegedUser?> ownerOf,
        UnprivilegedUser? busOwner)
    {
        var users = permissions.ToDictionary(p => p.User, p => BusCredentials.Generate(p.User));
        foreach (var credentials in users.Values.Where(u => u.User != Permissions.Reader))
        {
            var path = state.CredentialsOf(credentials.User);
            credentials.Write(path);
            Give(path, ownerOf(credentials.User));
        }

        File.Delete(state.NatsConfiguration);
        using (var file = new StreamWriter(state.NatsConfiguration, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        {
            file.Write(configuration(users).Render());
        }

        Give(state.NatsConfiguration, busOwner);
        Give(state.JetStream, busOwner);
        foreach (var entry in Directory.EnumerateFileSystemEntries(state.JetStream, "*", OwnEntries))
        {
            Give(entry, busOwner);
        }
    }

    private static void Give(string path, UnprivilegedUser? owner)
    {
        // Whoever is not root keeps everything, and runs everything.
        if (owner is { } user && Environment.IsPrivilegedProcess)
        {
            SystemCalls.GiveTo(path, user.Uid, user.Gid);
        }
    }
}
