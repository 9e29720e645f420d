namespace TraceeMesh.Signatures.BuiltIn.Files;

/// <summary>Selects what happens to files by their path.</summary>
internal static class FileEvents
{
    public const string Open = "security_file_open";
    public const string OpenedPath = "pathname";
    public const string Rename = "security_inode_rename";
    public const string OldPath = "old_path";
    public const string NewPath = "new_path";

    private const string Flags = "flags";
    private const long WriteOnly = 1;
    private const long AccessMode = 0b11;
    private const long PathOnly = 0x200000;

    /// <summary>Openings through which the file can be written; conditions are on <see cref="OpenedPath"/>.</summary>
    public static EventSelector OpenedForWriting(Origin origin, params IEnumerable<ArgumentFilter> conditions) =>
        new(EventSelector.Tracee, Open, origin) { Filters = [.. conditions, ArgumentFilter.HasAnyFlag(Flags, AccessMode), ArgumentFilter.HasNoFlag(Flags, PathOnly)] };

    /// <summary>Openings through which the file can be read; conditions are on <see cref="OpenedPath"/>.</summary>
    public static EventSelector OpenedForReading(Origin origin, params IEnumerable<ArgumentFilter> conditions) =>
        new(EventSelector.Tracee, Open, origin) { Filters = [.. conditions, ArgumentFilter.HasNoFlag(Flags, WriteOnly | PathOnly)] };

    /// <summary>Renames; conditions are on <see cref="OldPath"/> and <see cref="NewPath"/>.</summary>
    public static EventSelector Renamed(Origin origin, params IEnumerable<ArgumentFilter> conditions) =>
        new(EventSelector.Tracee, Rename, origin) { Filters = [.. conditions] };
}
