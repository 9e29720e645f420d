using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;

namespace TraceeMesh.Signatures.BuiltIn.PrivilegeEscalation;

/// <summary>The file that says who may become root is opened for writing or replaced.</summary>
public sealed class SudoersModification : Signature
{
    private readonly TextArgument _openedPath = new("security_file_open", "pathname");
    private readonly NumberArgument _openFlags = new("security_file_open", "flags");
    private readonly TextArgument _newPath = new("security_inode_rename", "new_path");

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
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } =
    [
        new(EventSelector.Tracee, "security_file_open"),
        new(EventSelector.Tracee, "security_inode_rename"),
    ];

    /// <inheritdoc/>
    public override ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        var modifies = e.Definition.Id switch
        {
            EventIds.SecurityFileOpen => OpenFlags.IsWrite(_openFlags[e]) && IsSudoers(_openedPath[e]),
            EventIds.SecurityInodeRename => IsSudoers(_newPath[e]) || IsSudoersDirectory(_newPath[e]),
            _ => false,
        };
        if (modifies)
        {
            Report(e);
        }

        return default;
    }

    private static bool IsSudoers(Utf8Text path) =>
        path.Is("/etc/sudoers"u8) || path.StartsWith("/etc/sudoers.d/"u8) ||
        path.Is("/private/etc/sudoers"u8) || path.StartsWith("/private/etc/sudoers.d/"u8);

    // The whole directory renamed into place replaces every file in it.
    private static bool IsSudoersDirectory(Utf8Text path) => path.Is("/etc/sudoers.d"u8) || path.Is("/private/etc/sudoers.d"u8);
}
