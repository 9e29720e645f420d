using TraceeMesh.Contracts.Findings;

namespace TraceeMesh.Signatures.BuiltIn.DefenseEvasion;

/// <summary>An entry of the table of system calls is not the kernel's own.</summary>
public sealed class SyscallHooking : FilteredSignature
{
    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TRC-1030", "syscall_hooking")
    {
        Name = "Syscall table hooking detected",
        Description = "A system call was replaced in the kernel's table. A rootkit does so to hide itself and to take over what programs ask for.",
        Severity = Severity.High,
        Category = "defense-evasion",
        Technique = "Rootkit",
        ExternalId = "T1014",
        StixId = "attack-pattern--0f20e3cb-245b-4a61-8a91-2d93f7cb0e9b",
        Misses = "Everything, where the kernel has no honest hook for its event: since 6.9 the table on x86 is no longer what is called.",
        Trigger = "none: it takes a rootkit",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [new(EventSelector.Tracee, "hooked_syscall")];
}
