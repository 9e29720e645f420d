using TraceeMesh.Contracts.Findings;
using TraceeMesh.Signatures.BuiltIn.Files;

namespace TraceeMesh.Signatures.BuiltIn.PrivilegeEscalation;

/// <summary>A container opens for writing what resets, or kills, the whole machine.</summary>
public sealed class SystemRequestKeyModification : FilteredSignature
{
    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TRC-1031", "system_request_key_mod")
    {
        Name = "System request key configuration modification",
        Description = "A container opened the system request key's configuration or trigger for writing. It can reboot the machine, or kill what runs on it.",
        Severity = Severity.High,
        Category = "privilege-escalation",
        Technique = "Escape to Host",
        ExternalId = "T1611",
        StixId = "attack-pattern--4a5b7ade-8bb5-4853-84ed-23f262002665",
        Misses = "Opens by io_uring. Another mount of procfs.",
        FalsePositives = "A privileged container that configures its node.",
        Trigger = "in a container: : >> /proc/sys/kernel/sysrq",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } =
        [FileEvents.OpenedForWriting(Origin.Container, ArgumentFilter.Is(FileEvents.OpenedPath, "/proc/sys/kernel/sysrq", "/proc/sysrq-trigger"))];
}
