namespace TraceeMesh.Signatures.BuiltIn.Files;

/// <summary>Files, and directories with all that is in them, that few have a reason to write.</summary>
/// <param name="files">Paths of files.</param>
/// <param name="directories">Paths of directories, without a slash at the end.</param>
internal sealed class GuardedFiles(string[] files, string[] directories)
{
    private readonly string[] _inside = [.. directories.Select(d => d + "/")];

    /// <summary>Openings for writing, and renames into place; also of a whole directory, which replaces every file in it.</summary>
    public IReadOnlyList<EventSelector> Written() =>
    [
        FileEvents.OpenedForWriting(Origin.Any, ArgumentFilter.Is(FileEvents.OpenedPath, [.. files])),
        FileEvents.OpenedForWriting(Origin.Any, ArgumentFilter.StartsWith(FileEvents.OpenedPath, [.. _inside])),
        FileEvents.Renamed(Origin.Any, ArgumentFilter.Is(FileEvents.NewPath, [.. files, .. directories])),
        FileEvents.Renamed(Origin.Any, ArgumentFilter.StartsWith(FileEvents.NewPath, [.. _inside])),
    ];
}
