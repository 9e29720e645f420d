using TraceeMesh.Contracts.Findings;
using TraceeMesh.Signatures.BuiltIn.Files;

namespace TraceeMesh.Signatures.BuiltIn.PrivilegeEscalation;

/// <summary>A container opens the memory of the whole machine for reading.</summary>
public sealed class ProcKcoreRead : FilteredSignature
{
    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TRC-1021", "proc_kcore_read")
    {
        Name = "Kcore memory file read",
        Description = "A container opened /proc/kcore for reading, which is the memory of the whole machine.",
        Severity = Severity.Medium,
        Category = "privilege-escalation",
        Technique = "Escape to Host",
        ExternalId = "T1611",
        StixId = "attack-pattern--4a5b7ade-8bb5-4853-84ed-23f262002665",
        Misses = "Opens by io_uring. procfs mounted at a directory not called proc.",
        Trigger = "in a container: head -c1 /proc/kcore (it need not succeed in reading)",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } =
        [FileEvents.OpenedForReading(Origin.Container, ArgumentFilter.EndsWith(FileEvents.OpenedPath, "/proc/kcore"))];
}
