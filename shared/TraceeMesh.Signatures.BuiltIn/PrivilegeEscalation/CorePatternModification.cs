using TraceeMesh.Contracts.Findings;
using TraceeMesh.Signatures.BuiltIn.Files;

namespace TraceeMesh.Signatures.BuiltIn.PrivilegeEscalation;

/// <summary>A container opens for writing what the kernel does with core dumps.</summary>
public sealed class CorePatternModification : FilteredSignature
{
    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TRC-1011", "core_pattern_modification")
    {
        Name = "Core dumps configuration file modification detected",
        Description = "A container opened core_pattern for writing: a program it names there is run by the kernel on the host, as root, when a process crashes.",
        Severity = Severity.High,
        Category = "privilege-escalation",
        Technique = "Escape to Host",
        ExternalId = "T1611",
        StixId = "attack-pattern--4a5b7ade-8bb5-4853-84ed-23f262002665",
        Misses = "Opens by io_uring. procfs mounted at a directory not called proc.",
        FalsePositives = "A privileged container that configures its node.",
        Trigger = "in a container: : >> /proc/sys/kernel/core_pattern",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } =
        [FileEvents.OpenedForWriting(Origin.Container, ArgumentFilter.EndsWith(FileEvents.OpenedPath, "/proc/sys/kernel/core_pattern"))];
}
