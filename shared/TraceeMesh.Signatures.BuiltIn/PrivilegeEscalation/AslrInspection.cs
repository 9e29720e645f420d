using TraceeMesh.Contracts.Findings;
using TraceeMesh.Signatures.BuiltIn.Files;

namespace TraceeMesh.Signatures.BuiltIn.PrivilegeEscalation;

/// <summary>A process reads how the kernel randomises addresses.</summary>
public sealed class AslrInspection : FilteredSignature
{
    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TRC-109", "aslr_inspection")
    {
        Name = "ASLR inspection detected",
        Description = "The setting of address space layout randomisation was read. An exploit does so to learn how hard its work will be.",
        Severity = Severity.Info,
        Category = "privilege-escalation",
        Technique = "Exploitation for Privilege Escalation",
        ExternalId = "T1068",
        StixId = "attack-pattern--b21c3b2d-02e6-45b1-980b-e69051040839",
        Misses = "Opens by io_uring. Another mount of procfs; the system call sysctl of old kernels; personality(2).",
        FalsePositives = "sysctl -a, and tools that audit a machine.",
        Trigger = "cat /proc/sys/kernel/randomize_va_space",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } =
        [FileEvents.OpenedForReading(Origin.Any, ArgumentFilter.Is(FileEvents.OpenedPath, "/proc/sys/kernel/randomize_va_space"))];
}
