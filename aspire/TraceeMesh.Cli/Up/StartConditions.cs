using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Up;

/// <summary>What must be there before anything is started: one message each, before a service could fail over it.</summary>
internal static class StartConditions
{
    private const string Btf = "/sys/kernel/btf/vmlinux";

    public static void Require()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            throw new CommandException(ExitCode.NoPrivilege, "the collector needs root to load its programs into the kernel (CAP_BPF, CAP_PERFMON, CAP_SYS_ADMIN): sudo ./mesh up");
        }

        if (!File.Exists(Btf))
        {
            throw new CommandException(ExitCode.NoBtf, $"this kernel has no BTF ({Btf} is missing): use one built with CONFIG_DEBUG_INFO_BTF=y, as distributions' kernels since 2021 are");
        }

        InstalledProgram.Locate("nats-server");
    }
}
