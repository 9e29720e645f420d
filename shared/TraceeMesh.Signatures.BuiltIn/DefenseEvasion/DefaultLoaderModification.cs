using System.Collections.Immutable;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;
using TraceeMesh.Signatures.BuiltIn.Files;
using TraceeMesh.Signatures.BuiltIn.Programs;

namespace TraceeMesh.Signatures.BuiltIn.DefenseEvasion;

/// <summary>The dynamic loader, which runs before nearly every program, is opened for writing or replaced.</summary>
public sealed class DefaultLoaderModification : Signature
{
    private static readonly ImmutableArray<string> Roots =
        ["/lib/", "/lib32/", "/lib64/", "/libx32/", "/usr/lib/", "/usr/lib32/", "/usr/lib64/", "/usr/libx32/"];

    private readonly TextArgument _openedPath = new(FileEvents.Open, FileEvents.OpenedPath);
    private readonly TextArgument _newPath = new(FileEvents.Rename, FileEvents.NewPath);

    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TRC-1012", "default_loader_mod")
    {
        Name = "Default dynamic loader modification detected",
        Description = "The dynamic loader was opened for writing or replaced. Code in it runs inside nearly every program from then on.",
        Severity = Severity.High,
        Category = "defense-evasion",
        Technique = "Hijack Execution Flow",
        ExternalId = "T1574",
        StixId = "attack-pattern--aedfca76-3b30-4866-b2aa-0f1d7fd1e4b6",
        Misses = "Opens by io_uring. A loader outside /lib and /usr/lib; renames through symbolic links; a program whose header names another loader.",
        FalsePositives = "An upgrade of the C library.",
        Trigger = "touch /usr/lib/ld-test.so.1; rm /usr/lib/ld-test.so.1",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } =
    [
        FileEvents.OpenedForWriting(Origin.Any, ArgumentFilter.StartsWith(FileEvents.OpenedPath, Roots)),
        FileEvents.Renamed(Origin.Any, ArgumentFilter.StartsWith(FileEvents.NewPath, Roots)),
    ];

    /// <inheritdoc/>
    public override ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        if (IsLoader(e.Definition.Id == EventIds.SecurityFileOpen ? _openedPath[e] : _newPath[e]))
        {
            Report(e);
        }

        return default;
    }

    // ld.so, ld64.so.1, ld-2.31.so, ld-linux-x86-64.so.2, ld-musl-x86_64.so.1: not libldap.so, not ld.so.conf, not ld-x.so.2.new.
    private static bool IsLoader(Utf8Text path)
    {
        var name = StartedProgram.NameIn(path.Bytes);
        if (!name.StartsWith("ld"u8))
        {
            return false;
        }

        var rest = name["ld"u8.Length..].TrimStart("0123456789"u8);
        var extension = rest.LastIndexOf(".so"u8);
        return extension >= 0 && (extension == 0 || rest[0] == '-') && IsVersion(rest[(extension + ".so"u8.Length)..]);
    }

    private static bool IsVersion(ReadOnlySpan<byte> text) => text.IsEmpty || (text[0] == '.' && text.TrimStart("0123456789."u8).IsEmpty);
}
