using TraceeMesh.Contracts.Findings;
using TraceeMesh.Signatures.BuiltIn.Files;

namespace TraceeMesh.Signatures.BuiltIn.PrivilegeEscalation;

/// <summary>The file that says who may become root is opened for writing or replaced.</summary>
public sealed class SudoersModification : FilteredSignature
{
    private static readonly GuardedFiles Sudoers = new(["/etc/sudoers", "/private/etc/sudoers"], ["/etc/sudoers.d", "/private/etc/sudoers.d"]);

    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TRC-1028", "sudoers_modification")
    {
        Name = "Sudoers file modification detected",
        Description = "The sudoers file, which says who may run what as another user, was opened for writing or replaced. An intruder does so to become root at will.",
        Severity = Severity.Medium,
        Category = "privilege-escalation",
        Technique = "Sudo and Sudo Caching",
        ExternalId = "T1548.003",
        StixId = "attack-pattern--1365fe3b-0f50-455d-b4da-266ce31c23b0",
        Misses = "Opens by io_uring. Links made into the directory. Renames through symbolic links. Files that sudoers includes from elsewhere.",
        FalsePositives = "visudo; installing sudo, or a package with rules for it.",
        Trigger = "touch /etc/sudoers.d/test; rm /etc/sudoers.d/test",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } = Sudoers.Written();
}
