using System.Net;
using System.Runtime.InteropServices;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Up;

namespace TraceeMesh.Cli.Doctor;

/// <summary>What the rest of a local mesh needs: libraries, programs, room, addresses, a user.</summary>
internal static class MachineChecks
{
    private const long MiB = 1024 * 1024;
    private const long LittleRoom = 1024 * MiB;

    public static IEnumerable<CheckResult> All(StateDirectory state) =>
    [
        Library("libbpf", "libbpf.so.1", "libbpf1"),
        Library("libnats", "libnats.so.3.4", "libnats3.4"),
        Program("nats-server"),
        Program("setpriv", "util-linux"),
        Room(state),
        Port("nats port", UpOptions.DefaultNatsPort),
        Port("grpc port", UpOptions.DefaultGrpcPort),
        Port("http port", UpOptions.DefaultHttpPort),
        User(),
        Pins(),
    ];

    private static CheckResult Library(string name, string file, string package)
    {
        if (!NativeLibrary.TryLoad(file, out var handle))
        {
            return CheckResult.Fail(name, $"{file} cannot be loaded", $"apt-get install {package}");
        }

        NativeLibrary.Free(handle);
        return CheckResult.Ok(name, file);
    }

    private static CheckResult Program(string name, string? package = null)
    {
        try
        {
            return CheckResult.Ok(name, InstalledProgram.Locate(name));
        }
        catch (CommandException)
        {
            return CheckResult.Fail(name, "not installed", $"apt-get install {package ?? name}");
        }
    }

    private static CheckResult Room(StateDirectory state)
    {
        var existing = new DirectoryInfo(state.Path);
        while (!existing.Exists)
        {
            existing = existing.Parent!;
        }

        var free = new DriveInfo(existing.FullName).AvailableFreeSpace;
        var found = $"{free / MiB} MiB free for {state.Path}";
        return free < StatePreparation.MinFreeBytes ? CheckResult.Fail("disk", found, "make room, or choose another --state-dir")
            : free < LittleRoom ? CheckResult.Warn("disk", found, "findings are kept up to 1 GiB: make room")
            : CheckResult.Ok("disk", found);
    }

    private static CheckResult Port(string name, int port)
    {
        var ports = new PortPicker();
        ports.Default(IPAddress.Loopback, port);
        return ports.Taken.Count == 0
            ? CheckResult.Ok(name, $"{IPAddress.Loopback}:{port} is free")
            : CheckResult.Warn(name, $"{IPAddress.Loopback}:{port} is in use", $"up takes a free port instead; see who listens with: ss -ltnp 'sport = :{port}'");
    }

    private static CheckResult User()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return CheckResult.Warn("user", "not root", "started by root, up runs all services but the collector as an unprivileged user");
        }

        var user = UnprivilegedUser.Choose();
        return LaunchIdentity.For(user, []).CanRead("/")
            ? CheckResult.Ok("user", $"services run as {user.Uid}:{user.Gid}")
            : CheckResult.Fail("user", $"no process can be started as {user.Uid}:{user.Gid}", "setpriv must be able to change user: CAP_SETUID, CAP_SETGID, CAP_SETPCAP");
    }

    private static CheckResult Pins()
    {
        var orphans = PinnedPrograms.Orphans(PinnedPrograms.Root);
        if (orphans.Count == 0)
        {
            return CheckResult.Ok("pins", "nothing is pinned that nobody owns");
        }

        if (!Environment.IsPrivilegedProcess)
        {
            return CheckResult.Warn("pins", $"nobody owns {string.Join(' ', orphans)}", "sudo ./mesh doctor removes them");
        }

        foreach (var orphan in orphans)
        {
            PinnedPrograms.Remove(orphan);
        }

        return CheckResult.Ok("pins", $"removed, nobody owned them: {string.Join(' ', orphans)}");
    }
}
