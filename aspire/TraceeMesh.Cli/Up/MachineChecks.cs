using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Up;

/// <summary>What must be there before anything is started: one message each, before a service could fail over it.</summary>
public static class MachineChecks
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

        Locate("nats-server");
    }

    /// <summary>The path of a program, also in the directories of root that a user's PATH may lack.</summary>
    public static string Locate(string program)
    {
        var directories = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return directories.Concat(["/usr/sbin", "/usr/bin"]).Select(d => Path.Combine(d, program)).FirstOrDefault(File.Exists)
            ?? throw new CommandException(ExitCode.MissingDependency, $"{program} is not installed: apt-get install {program}");
    }
}
