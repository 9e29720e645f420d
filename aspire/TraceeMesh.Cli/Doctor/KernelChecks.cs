using System.Globalization;

namespace TraceeMesh.Cli.Doctor;

/// <summary>What the collector needs of the kernel. Paths are below a root, so that a test can show another machine.</summary>
public sealed class KernelChecks(string root = "/")
{
    /// <summary>The first with the BPF ring buffer.</summary>
    private static readonly Version OldestKernel = new(5, 8);

    private static readonly (int Bit, string Name)[] Capabilities = [(39, "CAP_BPF"), (38, "CAP_PERFMON"), (21, "CAP_SYS_ADMIN")];

    public IEnumerable<CheckResult> All() => [Kernel(), Btf(), Privilege(), Lockdown(), FileSystem("tracefs", "sys/kernel/tracing"), FileSystem("bpffs", "sys/fs/bpf", "bpf"), Cgroups()];

    public CheckResult Kernel()
    {
        var release = Read("proc/sys/kernel/osrelease") ?? "unknown";
        var numbers = release.Split('-', '+')[0].Split('.');
        return numbers.Length >= 2 && Version.TryParse($"{numbers[0]}.{numbers[1]}", out var version) && version >= OldestKernel
            ? CheckResult.Ok("kernel", release)
            : CheckResult.Fail("kernel", release, $"use Linux {OldestKernel} or later");
    }

    public CheckResult Btf() => File.Exists(At("sys/kernel/btf/vmlinux"))
        ? CheckResult.Ok("btf", "/sys/kernel/btf/vmlinux")
        : CheckResult.Fail("btf", "/sys/kernel/btf/vmlinux is missing", "use a kernel built with CONFIG_DEBUG_INFO_BTF=y");

    public CheckResult Privilege()
    {
        const string field = "CapEff:";
        var line = (Read("proc/self/status") ?? "").Split('\n').FirstOrDefault(l => l.StartsWith(field, StringComparison.Ordinal));
        if (line is null || !ulong.TryParse(line.AsSpan(field.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var effective))
        {
            return CheckResult.Fail("privilege", "/proc/self/status does not tell the capabilities", "mount /proc");
        }

        var missing = Capabilities.Where(c => (effective & (1UL << c.Bit)) == 0).Select(c => c.Name).ToArray();
        return missing.Length == 0
            ? CheckResult.Ok("privilege", string.Join(' ', Capabilities.Select(c => c.Name)))
            : CheckResult.Fail("privilege", $"missing: {string.Join(' ', missing)}", "run as root: sudo ./mesh up");
    }

    public CheckResult Lockdown()
    {
        var modes = Read("sys/kernel/security/lockdown");
        return modes is null ? CheckResult.Ok("lockdown", "not told: no securityfs")
            : modes.Contains("[confidentiality]", StringComparison.Ordinal) ? CheckResult.Fail("lockdown", modes, "the kernel forbids reading its memory: boot with lockdown=integrity or less")
            : CheckResult.Ok("lockdown", modes);
    }

    public CheckResult Cgroups()
    {
        var mounts = Mounts().Where(m => m.Type is "cgroup" or "cgroup2").ToArray();
        var unified = Array.Find(mounts, m => m.Type == "cgroup2").Path;
        var old = mounts.Count(m => m.Type == "cgroup");
        return (unified, old) switch
        {
            (null, 0) => CheckResult.Fail("cgroups", "no cgroup file system is mounted", "mount -t cgroup2 none /sys/fs/cgroup"),
            (null, _) => CheckResult.Warn("cgroups", $"{old} v1 hierarchies, no cgroup2", "containers are told apart by the v1 hierarchies; mount cgroup2 for DNS events"),
            (_, 0) => CheckResult.Ok("cgroups", $"cgroup2 at {unified}"),
            _ => CheckResult.Ok("cgroups", $"cgroup2 at {unified} and {old} v1 hierarchies"),
        };
    }

    private CheckResult FileSystem(string type, string path, string? mountedAs = null) =>
        Mounts().Any(m => m.Type == (mountedAs ?? type))
            ? CheckResult.Ok(type, $"/{path}")
            : CheckResult.Warn(type, "not mounted", $"mount -t {mountedAs ?? type} none /{path}");

    private IEnumerable<(string Path, string Type)> Mounts() =>
        (Read("proc/self/mounts") ?? "").Split('\n').Select(l => l.Split(' ')).Where(f => f.Length > 2).Select(f => (f[1], f[2]));

    private string At(string path) => Path.Combine(root, path);

    private string? Read(string path)
    {
        try
        {
            return File.ReadAllText(At(path)).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
