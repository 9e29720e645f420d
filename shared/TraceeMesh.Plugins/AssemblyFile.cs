namespace TraceeMesh.Plugins;

/// <summary>
/// An assembly in a directory of plug-ins: <c>NAME.dll</c>, which brings nothing along, or <c>NAME/NAME.dll</c> with what it needs
/// beside it.
/// </summary>
/// <param name="Name">Path below the directory.</param>
/// <param name="Path">Where it is.</param>
public sealed record AssemblyFile(string Name, string Path)
{
    /// <summary>Where what it needs must be.</summary>
    public string Remedy => HasFolder ? "put it beside it" : $"put both into a folder {System.IO.Path.GetFileNameWithoutExtension(Name)}/";

    private bool HasFolder => Name.Contains('/', StringComparison.Ordinal);

    /// <summary>The file of another assembly that it brings along, if it does.</summary>
    public string? Beside(string assembly)
    {
        var path = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, assembly + ".dll");
        return HasFolder && assembly == System.IO.Path.GetFileName(assembly) && File.Exists(path) ? path : null;
    }

    /// <summary>What tells one content of it from another, without reading it; null when it is gone.</summary>
    public string? Stamp()
    {
        var files = HasFolder ? new DirectoryInfo(System.IO.Path.GetDirectoryName(Path)!).EnumerateFiles("*.dll").OrderBy(f => f.Name, StringComparer.Ordinal) : Enumerable.Repeat(new FileInfo(Path), 1);
        try
        {
            return File.Exists(Path) ? string.Join('|', files.Select(Stamp)) : null;
        }
        catch (IOException)
        {
            return null; // Gone while we looked.
        }
    }

    /// <summary>The same for any file.</summary>
    public static string Stamp(FileInfo file) => $"{file.Name} {file.Length} {file.LastWriteTimeUtc.Ticks} {file.CreationTimeUtc.Ticks}";
}
