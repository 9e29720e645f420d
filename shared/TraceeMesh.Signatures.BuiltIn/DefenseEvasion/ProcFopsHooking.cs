using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;

namespace TraceeMesh.Signatures.BuiltIn.DefenseEvasion;

/// <summary>Functions that serve files of /proc are not the kernel's own.</summary>
public sealed class ProcFopsHooking : Signature
{
    private readonly StructureArgument _hooked = new("hooked_proc_fops", "hooked_fops_pointers");

    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TRC-1020", "proc_fops_hooking")
    {
        Name = "File operations hooking on proc filesystem detected",
        Description = "Functions of the kernel's that serve files of /proc were replaced. A rootkit does so to hide processes and files.",
        Severity = Severity.High,
        Category = "defense-evasion",
        Technique = "Rootkit",
        ExternalId = "T1014",
        StixId = "attack-pattern--0f20e3cb-245b-4a61-8a91-2d93f7cb0e9b",
        Misses = "Everything, where the kernel has no hook for its event: it needs kprobes.",
        Trigger = "none: it takes a rootkit",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [new(EventSelector.Tracee, "hooked_proc_fops")];

    /// <inheritdoc/>
    public override ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        var hooked = _hooked[e];
        if (!hooked.List.IsEmpty)
        {
            Report(e, ("Hooked proc file operations", hooked));
        }

        return default;
    }
}
