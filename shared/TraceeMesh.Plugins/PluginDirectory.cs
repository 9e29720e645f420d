namespace TraceeMesh.Plugins;

/// <summary>A directory of plug-ins: <c>NAME.dll</c>, or <c>NAME/NAME.dll</c> with what it needs beside it.</summary>
public static class PluginDirectory
{
    /// <summary>The assemblies in it, in order of their names; those of the SDK are not among them.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be read.</exception>
    public static IReadOnlyList<AssemblyFile> Find(string path, PluginSdk sdk)
    {
        var flat = Directory.EnumerateFiles(path, "*.dll").Select(f => new AssemblyFile(Path.GetFileName(f), f));
        var folders = Directory.EnumerateDirectories(path)
            .Select(d => (Folder: Path.GetFileName(d), File: Path.Combine(d, Path.GetFileName(d) + ".dll")))
            .Where(d => File.Exists(d.File))
            .Select(d => new AssemblyFile($"{d.Folder}/{d.Folder}.dll", d.File));
        return [.. flat.Concat(folders).Where(f => !sdk.Contains(Path.GetFileNameWithoutExtension(f.Name))).OrderBy(f => f.Name, StringComparer.Ordinal)];
    }
}
