using TraceeMesh.Contracts.Findings;

namespace TraceeMesh.Signatures.BuiltIn.DefenseEvasion;

/// <summary>Memory that could be written and executed can only be executed now: code was unpacked into it.</summary>
public sealed class DynamicCodeLoading : FilteredSignature
{
    private const long WritableBecameExecutable = 4;

    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TRC-104", "dynamic_code_loading")
    {
        Name = "Dynamic code loading detected",
        Description = "Memory of a process that could be written and executed became executable only. Packed malware does so once it has unpacked its code.",
        Severity = Severity.Medium,
        Category = "defense-evasion",
        Technique = "Software Packing",
        ExternalId = "T1027.002",
        StixId = "attack-pattern--deb98323-e13f-4b0c-8d94-175379069062",
        Misses = "Code unpacked into memory that was never writable and executable at once, as most run-time compilers do it; memory shared through two mappings.",
        FalsePositives = "A run-time compiler that writes into executable memory and seals it afterwards.",
        Trigger = "a program that maps a page PROT_READ|PROT_WRITE|PROT_EXEC and calls mprotect(PROT_READ|PROT_EXEC)",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } =
        [new(EventSelector.Tracee, "mem_prot_alert") { Filters = [ArgumentFilter.Is("alert", WritableBecameExecutable)] }];
}
