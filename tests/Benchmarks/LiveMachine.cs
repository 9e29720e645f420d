namespace TraceeMesh.Benchmarks;

/// <summary>What a whole mesh needs of the machine.</summary>
internal static class LiveMachine
{
    /// <summary>Why a whole mesh cannot run here; null when it can.</summary>
    public static string? Obstacle =>
        Environment.UserName != "root" ? "it needs root"
        : !File.Exists("/sys/kernel/btf/vmlinux") ? "it needs a kernel with BTF"
        : null;
}
