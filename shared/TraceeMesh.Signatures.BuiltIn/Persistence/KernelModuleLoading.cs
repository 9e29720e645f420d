using TraceeMesh.Contracts.Findings;

namespace TraceeMesh.Signatures.BuiltIn.Persistence;

/// <summary>A module is loaded into the kernel.</summary>
public sealed class KernelModuleLoading : FilteredSignature
{
    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TRC-1017", "kernel_module_loading")
    {
        Name = "Kernel module loading detected",
        Description = "A module was loaded into the kernel. It can do and hide anything on the machine.",
        Severity = Severity.Medium,
        Category = "persistence",
        Technique = "Kernel Modules and Extensions",
        ExternalId = "T1547.006",
        StixId = "attack-pattern--a1b52199-c8c5-438a-9ded-656f1d0888c6",
        Misses = "Kernels without modules have no such event. What was loaded before the mesh started.",
        FalsePositives = "Booting, and plugging in hardware.",
        Trigger = "modprobe dummy, on a kernel with modules",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [new(EventSelector.Tracee, "module_load")];
}
