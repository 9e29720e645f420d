using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Up;

/// <summary>What must be there before anything is started: one message each, before a service could fail over it.</summary>
internal static class StartConditions
{
    private const string Btf = "/sys/kernel/btf/vmlinux";

    /// <param name="loadsPrograms">Whether a collector is to load programs into this kernel.</param>
    public static void Require(bool loadsPrograms)
    {
        if (loadsPrograms)
        {
            RequireKernel();
        }

        InstalledProgram.Locate("nats-server");
    }

    private static void RequireKernel()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            throw new CommandException(ExitCode.NoPrivilege, "the collector needs root to load its programs into the kernel (CAP_BPF, CAP_PERFMON, CAP_SYS_ADMIN): sudo ./mesh up; or ./mesh up --replay FILE for what was recorded elsewhere");
        }

        if (!File.Exists(Btf))
        {
            throw new CommandException(ExitCode.NoBtf, $"this kernel has no BTF ({Btf} is missing): use one built with CONFIG_DEBUG_INFO_BTF=y, as distributions' kernels since 2021 are");
        }
    }
}
