using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;
using TraceeMesh.Signatures.BuiltIn.Files;
using TraceeMesh.Signatures.BuiltIn.Programs;

namespace TraceeMesh.Signatures.BuiltIn.DefenseEvasion;

/// <summary>An executable is written to a file, or into a directory, that listings do not show.</summary>
public sealed class HiddenFileCreated : Signature
{
    // What package managers and build tools of users keep programs in.
    private static readonly ProgramNames ToolDirectories = new(
        ".bun", ".cache", ".cargo", ".conda", ".deno", ".dotnet", ".git", ".gradle", ".libs", ".local", ".m2", ".npm", ".nuget", ".nvm", ".pnpm-store",
        ".pyenv", ".rbenv", ".rustup", ".sdkman", ".tox", ".venv", ".vscode", ".vscode-server", ".yarn");

    private readonly TextArgument _path = new("magic_write", "pathname");
    private readonly BytesArgument _bytes = new("magic_write", "bytes");

    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TRC-1015", "hidden_file_created")
    {
        Name = "Hidden executable creation detected",
        Description = "A program was written to a hidden file or directory. An intruder does so to keep it out of sight.",
        Severity = Severity.Medium,
        Category = "defense-evasion",
        Technique = "Hidden Files and Directories",
        ExternalId = "T1564.001",
        StixId = "attack-pattern--ec8fc7e2-b356-455c-8db5-2e37be158e7d",
        Misses = "Scripts. Files that are hidden by a rename after they were written. Directories in which package managers and build tools of users keep programs (such as .cache, .cargo, .local, .venv), unless the file itself is hidden. Writes through a mapping or io_uring.",
        FalsePositives = "rsync, which writes to a hidden file first.",
        Trigger = "cp /bin/true /tmp/.true; rm /tmp/.true",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [new(EventSelector.Tracee, "magic_write")];

    /// <inheritdoc/>
    public override ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        if (ElfHeader.MayRun(_bytes[e]) && IsHidden(_path[e].Bytes))
        {
            Report(e);
        }

        return default;
    }

    private static bool IsHidden(ReadOnlySpan<byte> path)
    {
        while (true)
        {
            var end = path.IndexOf((byte)'/');
            if (end < 0)
            {
                return IsHiddenName(path);
            }

            if (IsHiddenName(path[..end]) && !ToolDirectories.Has(path[..end]))
            {
                return true;
            }

            path = path[(end + 1)..];
        }
    }

    private static bool IsHiddenName(ReadOnlySpan<byte> name) => name.StartsWith("."u8) && !name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8);
}
