using TraceeMesh.Collector.Kernel;
using Xunit;

namespace TraceeMesh.Tests.Kernel;

/// <summary>A test that loads the programs: it needs root and BTF, and says so where they are missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KernelFactAttribute : FactAttribute
{
    public KernelFactAttribute() => Skip = Obstacle;

    /// <summary>Why the programs cannot be loaded here; null when they can.</summary>
    internal static string? Obstacle
    {
        get
        {
            var capabilities = Capabilities.Read();
            return !capabilities.HasBtf ? "needs a kernel with BTF"
                : !capabilities.IsRoot ? "needs root"
                : capabilities.Missing.Count > 0 ? $"needs {string.Join(" and ", capabilities.Missing)}"
                : null;
        }
    }
}

/// <summary>The same for a theory.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KernelTheoryAttribute : TheoryAttribute
{
    public KernelTheoryAttribute() => Skip = KernelFactAttribute.Obstacle;
}
