using System.Globalization;

namespace TraceeMesh.Collector.Kernel;

/// <summary>What this process may do and what this kernel offers, as far as the programs need it.</summary>
/// <param name="IsRoot">Whether the effective user is root.</param>
/// <param name="Effective">The effective capabilities as a bit mask.</param>
/// <param name="HasBtf">Whether the kernel describes its own types.</param>
/// <param name="Lockdown"><c>none</c>, <c>integrity</c> or <c>confidentiality</c>.</param>
public sealed record Capabilities(bool IsRoot, ulong Effective, bool HasBtf, string Lockdown)
{
    private const int SysAdmin = 21;
    private const int Perfmon = 38;
    private const int Bpf = 39;

    private const string BtfPath = "/sys/kernel/btf/vmlinux";
    private const string LockdownPath = "/sys/kernel/security/lockdown";
    private const string StatusPath = "/proc/self/status";

    /// <summary>Names of the capabilities that are missing; empty when the programs can be loaded.</summary>
    public IReadOnlyList<string> Missing
    {
        get
        {
            // CAP_SYS_ADMIN includes the other two, which were split off it in Linux 5.8.
            if (Has(SysAdmin))
            {
                return [];
            }

            List<string> missing = [];
            if (!Has(Bpf))
            {
                missing.Add("CAP_BPF");
            }

            if (!Has(Perfmon))
            {
                missing.Add("CAP_PERFMON");
            }

            return missing;
        }
    }

    /// <summary>Looks at this process and this machine.</summary>
    public static Capabilities Read() => Parse(
        File.ReadAllText(StatusPath),
        File.Exists(BtfPath),
        File.Exists(LockdownPath) ? File.ReadAllText(LockdownPath) : "");

    /// <summary>Reads the texts the kernel offers.</summary>
    /// <param name="status">The content of /proc/self/status.</param>
    /// <param name="hasBtf">Whether /sys/kernel/btf/vmlinux exists.</param>
    /// <param name="lockdown">The content of /sys/kernel/security/lockdown, e.g. <c>none [integrity] confidentiality</c>; empty without it.</param>
    public static Capabilities Parse(string status, bool hasBtf, string lockdown)
    {
        var open = lockdown.IndexOf('[', StringComparison.Ordinal);
        var close = lockdown.IndexOf(']', StringComparison.Ordinal);
        _ = ulong.TryParse(Field(status, "CapEff:"), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var effective);
        return new Capabilities(
            Field(status, "Uid:").Split('\t').ElementAtOrDefault(1) == "0",
            effective,
            hasBtf,
            open >= 0 && close > open ? lockdown[(open + 1)..close] : "none");
    }

    /// <summary>Throws the exception that names the first thing that is missing.</summary>
    public void Demand()
    {
        if (!HasBtf)
        {
            throw new KernelUnavailableException(
                KernelUnavailableReason.NoBtf,
                $"This kernel offers no {BtfPath}, without which the programs cannot fit themselves to it. Use a kernel built with CONFIG_DEBUG_INFO_BTF=y (Debian, Ubuntu, Fedora and RHEL kernels since 2020 are).");
        }

        if (Missing.Count > 0)
        {
            throw new KernelUnavailableException(
                KernelUnavailableReason.NoPrivilege,
                $"The collector lacks {string.Join(" and ", Missing)}{(IsRoot ? " although it runs as root (a container without them?)" : "")}. Run it as root, or give it CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN.");
        }

        if (Lockdown == "confidentiality")
        {
            throw new KernelUnavailableException(
                KernelUnavailableReason.Lockdown,
                "The kernel is locked down in confidentiality mode, which forbids programs to read its memory. Boot with lockdown=integrity or without lockdown.");
        }
    }

    private static string Field(string status, string name)
    {
        foreach (var line in status.Split('\n'))
        {
            if (line.StartsWith(name, StringComparison.Ordinal))
            {
                return line[name.Length..].Trim();
            }
        }

        return "";
    }

    private bool Has(int capability) => (Effective & (1UL << capability)) != 0;
}
