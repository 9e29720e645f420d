using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;

namespace TraceeMesh.Signatures.BuiltIn.Persistence;

/// <summary>The dynamic loader is told to load a library into programs that did not ask for it.</summary>
public sealed class LdPreload : Signature
{
    private readonly TextListArgument _environment = new("sched_process_exec", "env");
    private readonly TextArgument _openedPath = new("security_file_open", "pathname");
    private readonly NumberArgument _openFlags = new("security_file_open", "flags");
    private readonly TextArgument _newPath = new("security_inode_rename", "new_path");

    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TRC-107", "ld_preload")
    {
        Name = "LD_PRELOAD code injection detected",
        Description = "A library was put before those a program asks for, by the environment it was started with or by /etc/ld.so.preload. Its code then runs inside the program.",
        Severity = Severity.Medium,
        Category = "persistence",
        Technique = "Hijack Execution Flow",
        ExternalId = "T1574",
        StixId = "attack-pattern--aedfca76-3b30-4866-b2aa-0f1d7fd1e4b6",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } =
    [
        new(EventSelector.Tracee, "sched_process_exec"),
        new(EventSelector.Tracee, "security_file_open"),
        new(EventSelector.Tracee, "security_inode_rename"),
    ];

    /// <inheritdoc/>
    public override bool WantsEnvironment => true;

    /// <inheritdoc/>
    public override ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        var injects = e.Definition.Id switch
        {
            EventIds.SchedProcessExec => Preloads(_environment[e]),
            EventIds.SecurityFileOpen => OpenFlags.IsWrite(_openFlags[e]) && IsPreloadFile(_openedPath[e]),
            EventIds.SecurityInodeRename => IsPreloadFile(_newPath[e]),
            _ => false,
        };
        if (injects)
        {
            Report(e);
        }

        return default;
    }

    private static bool Preloads(ReadOnlySpan<Utf8Text> environment)
    {
        foreach (var variable in environment)
        {
            if (variable.StartsWith("LD_PRELOAD="u8) || variable.StartsWith("LD_LIBRARY_PATH="u8))
            {
                return true;
            }
        }

        return false;
    }

    // Also below another root: a container's file system is written from the host by its path there.
    private static bool IsPreloadFile(Utf8Text path) => path.EndsWith("/etc/ld.so.preload"u8);
}
