using System.Runtime.InteropServices;

namespace TraceeMesh.Collector.Kernel;

/// <summary>Twin of <c>struct load_options</c> in bpf/include/records.h: what is chosen before the programs are loaded.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct LoadOptions
{
    /// <summary>The v1 hierarchy that names the cgroup of a task in cgroup2's root.</summary>
    public FallbackHierarchy FallbackHierarchy;

    /// <summary>Zero.</summary>
    public uint Reserved;
}
