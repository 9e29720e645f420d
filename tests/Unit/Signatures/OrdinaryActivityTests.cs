using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;
using TraceeMesh.Signatures;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures;

/// <summary>What every machine does all day: nothing above info comes of it, but what the signatures themselves list.</summary>
public sealed class OrdinaryActivityTests
{
    private static readonly long Old = 1_600_000_000_000_000_000;

    private static readonly FixedDataSource[] OfCron = Sources(("/bin/dash", "", 40), ("/usr/sbin/cron", "", 30), ("/usr/sbin/cron", "", 20), ("/usr/lib/systemd/systemd", "", 1));
    private static readonly FixedDataSource[] OfSsh = Sources(("/bin/bash", "", 40), ("/usr/sbin/sshd", "", 30), ("/usr/sbin/sshd", "", 20), ("/usr/lib/systemd/systemd", "", 1));
    private static readonly FixedDataSource[] OfMake = Sources(("/bin/dash", "", 40), ("/usr/bin/make", "", 30), ("/bin/bash", "", 20), ("/usr/sbin/sshd", "", 10));
    private static readonly FixedDataSource[] OfRunc = Sources((RuncCopy, "", 40), ("/usr/sbin/runc", "", 30), ("/usr/bin/containerd-shim-runc-v2", "", 20), ("/usr/lib/systemd/systemd", "", 1));
    private static readonly FixedDataSource[] OfBuild = Sources(("/bin/dash", Made.Container, 40), ("/usr/bin/dpkg", Made.Container, 30), ("/usr/bin/containerd-shim-runc-v2", "", 20));

    private const string RuncCopy = "memfd:runc_cloned:/proc/self/exe";

    [Fact]
    public async Task Cron_FindsNothing() => await Quiet(
        OfCron,
        Made.Open("/etc/crontab", Made.Read),
        Made.Open("/etc/cron.d/e2scrub_all", Made.Read),
        Made.Open("/var/spool/cron/crontabs/root", Made.Read),
        Exec("/usr/bin/dash", "/bin/sh", "cron"),
        Exec("/usr/bin/run-parts", "run-parts", "sh"),
        Made.Open("/run/crond.pid", Made.ReadWrite));

    [Fact]
    public async Task Ssh_FindsNothing() => await Quiet(
        OfSsh,
        Accept("0.0.0.0", 1001),
        Accept("::", 1002),
        Made.Open("/etc/ssh/sshd_config", Made.Read),
        Exec("/usr/sbin/sshd", "/usr/sbin/sshd", "sshd"),
        Exec("/usr/bin/bash", "-bash", "sshd"),
        Made.Open("/home/u/.bash_history", Made.ReadWrite),
        Made.Open("/dev/ptmx", Made.ReadWrite));

    [Fact]
    public async Task Compiler_FindsNothing() => await Quiet(
        OfMake,
        Exec("/usr/bin/dash", "/bin/sh", "make"),
        Exec("/usr/libexec/gcc/x86_64-linux-gnu/14/cc1", "cc1", "gcc"),
        Exec("/usr/bin/x86_64-linux-gnu-ld.bfd", "/usr/bin/ld", "collect2"),
        Written("/src/.libs/a.o", Made.Elf(type: 1)),
        Written("/src/a.out", Made.Elf()),
        Written("/home/u/.cargo/registry/x", Made.Elf(type: 3)),
        Written("/home/u/project/.venv/lib/x.so", Made.Elf(type: 3)),
        Made.Open("/usr/lib/x86_64-linux-gnu/libc.so.6", Made.Read));

    [Fact]
    public async Task PackageInstall_FindsNothing() => await Quiet(
        OfMake,
        Exec("/usr/bin/dpkg", "/usr/bin/dpkg", "apt-get"),
        Exec("/usr/bin/dash", "/var/lib/dpkg/info/x.postinst", "dpkg"),
        Written("/usr/bin/x.dpkg-new", Made.Elf(type: 3)),
        Made.Rename("/usr/bin/x.dpkg-new", "/usr/bin/x"),
        Made.Rename("/etc/ld.so.cache~", "/etc/ld.so.cache"),
        Made.Open("/usr/lib/x86_64-linux-gnu/libldap.so.2.dpkg-new", Made.Write),
        Made.Connect(Made.Internet("151.101.2.132", 80)));

    [Fact]
    public async Task ContainerRuntime_FindsNothing() => await Quiet(
        OfRunc,
        Exec("/usr/sbin/runc", "runc", "containerd-shim"),
        Exec(RuncCopy, "/proc/self/fd/7", "runc"),
        EventMaker.Make("cgroup_attach_task", ("cgroup_path", "/docker/" + Made.Container), ("pid", 40)),
        EventMaker.Make("switch_task_ns", ("pid", 40), ("new_pid", 0xF0000123), ("new_mnt", 0xF0000124)),
        EventMaker.Make("security_sb_mount", ("dev_name", "overlay"), ("path", "/var/lib/docker/overlay2/x/merged"), ("type", "overlay"), ("flags", 0)),
        EventMaker.Make("container_create", ("container_id", Made.Container), ("container_image", "debian:12")),
        Made.Connect(Made.Unix("/var/run/docker.sock")));

    // What is written inside the container, and then run there, is what a build is for: TRC-1022 lists it, TM-101 is for information.
    [Fact]
    public async Task ContainerBuild_FindsWhatItDropsOnly()
    {
        await Quiet(
            OfBuild,
            Exec("/usr/bin/dash", "/bin/sh", "runc").Inside(),
            Exec("/usr/bin/dpkg", "dpkg", "apt-get").Inside(),
            Made.Rename("/usr/bin/x.dpkg-new", "/usr/bin/x").Inside(),
            Made.Open("/proc/self/mounts", Made.Read).Inside(),
            Made.Connect(Made.Internet("151.101.2.132", 80)).Inside());

        Assert.Equal(["TRC-1022"], await Found(OfBuild, Written("/usr/bin/x.dpkg-new", Made.Elf(type: 3)).Inside()));
    }

    private static async Task Quiet(FixedDataSource[] sources, params Event[] events) => Assert.Empty(await Found(sources, events));

    private static async Task<IReadOnlyList<string>> Found(FixedDataSource[] sources, params Event[] events)
    {
        var found = new List<string>();
        foreach (var type in BuiltInSignatures.Types)
        {
            var signature = BuiltInSignatures.Make(type);
            using var harness = new SignatureHarness(signature, sources);
            foreach (var e in events)
            {
                if ((await harness.Feed(e)).Count > 0 && signature.Metadata.Severity > Severity.Info)
                {
                    found.Add(signature.Metadata.Id);
                }
            }
        }

        return found;
    }

    private static FixedDataSource[] Sources(params (string Path, string Container, int Pid)[] lineage) =>
    [
        Made.Tree(lineage),
        Made.Names(("151.101.2.132", "deb.debian.org")),
        new("tracee", "containers", id => Made.Found(DataValue.MapOf(("container_id", id), ("container_ctime", Old + 1), ("container_image", "debian:12")))),
        new("traceemesh", "allowed_images", _ => Lookup.Failed(TraceeMesh.Contracts.Lookups.LookupStatus.NotFound)),
    ];

    private static Event Exec(string path, string asked, string previous) => EventMaker.Make(
        "sched_process_exec", ("pathname", path), ("cmdpath", asked), ("prev_comm", previous), ("ctime", Old), ("env", new[] { "PATH=/usr/bin:/bin", "HOME=/root" }));

    private static Event Written(string path, byte[] bytes) => EventMaker.Make("magic_write", ("pathname", path), ("bytes", bytes));

    private static Event Accept(string ip, ulong entity)
    {
        var e = EventMaker.Make("security_socket_accept", ("sockfd", 3), ("local_addr", Made.Internet(ip, 22)));
        e.Context.ProcessEntityId = entity;
        return e;
    }
}
