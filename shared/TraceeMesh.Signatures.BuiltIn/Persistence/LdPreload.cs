using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;
using TraceeMesh.Signatures.BuiltIn.Files;
using TraceeMesh.Signatures.BuiltIn.Programs;

namespace TraceeMesh.Signatures.BuiltIn.Persistence;

/// <summary>The dynamic loader is told to load a library into programs that did not ask for it.</summary>
public sealed class LdPreload : Signature
{
    // Also below another root: a container's file system is written from the host by its path there.
    private const string PreloadFile = "/etc/ld.so.preload";

    private readonly TextListArgument _environment = new(StartedProgram.Exec, "env");

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
        Misses = "Opens by io_uring. Renames through symbolic links. LD_AUDIT and the loader's own options.",
        FalsePositives = "Builds under fakeroot or libtool, and programs that are started with libraries of their own (LD_LIBRARY_PATH).",
        Trigger = "LD_PRELOAD=/nonexistent true",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } =
    [
        new(EventSelector.Tracee, StartedProgram.Exec),
        FileEvents.OpenedForWriting(Origin.Any, ArgumentFilter.EndsWith(FileEvents.OpenedPath, PreloadFile)),
        FileEvents.Renamed(Origin.Any, ArgumentFilter.EndsWith(FileEvents.NewPath, PreloadFile)),
    ];

    /// <inheritdoc/>
    public override bool WantsEnvironment => true;

    /// <inheritdoc/>
    public override ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        if (e.Definition.Id != EventIds.SchedProcessExec || Preloads(_environment[e]))
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
}
