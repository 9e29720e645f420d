namespace TraceeMesh.Cli.Up;

/// <summary>Who the services run as when root starts the mesh.</summary>
public readonly record struct UnprivilegedUser(uint Uid, uint Gid)
{
    /// <summary>A number that no package and no login gets: above Debian's ordinary users, below the ranges it allocates from. It needs no entry in passwd.</summary>
    public static readonly UnprivilegedUser Dedicated = new(59_466, 59_466);

    /// <summary>The person behind sudo, who owns the clone; else <see cref="Dedicated"/>.</summary>
    public static UnprivilegedUser Choose(string? sudoUid, string? sudoGid) =>
        uint.TryParse(sudoUid, out var uid) && uint.TryParse(sudoGid, out var gid) && uid != 0 && gid != 0
            ? new UnprivilegedUser(uid, gid)
            : Dedicated;

    public static UnprivilegedUser Choose() =>
        Choose(Environment.GetEnvironmentVariable("SUDO_UID"), Environment.GetEnvironmentVariable("SUDO_GID"));
}
