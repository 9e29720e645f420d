namespace TraceeMesh.Collector.Kernel;

/// <summary>Why the kernel side cannot work here. The process's exit code follows from it.</summary>
public enum KernelUnavailableReason
{
    /// <summary>The kernel describes its types nowhere (no /sys/kernel/btf/vmlinux).</summary>
    NoBtf,

    /// <summary>A capability is missing.</summary>
    NoPrivilege,

    /// <summary>The kernel is locked down against reading its memory.</summary>
    Lockdown,

    /// <summary>libbpf is not installed.</summary>
    NoLibBpf,

    /// <summary>The machine has more CPUs than records can name.</summary>
    TooManyCpus,

    /// <summary>The kernel refused the programs or their maps.</summary>
    LoadFailed,
}
