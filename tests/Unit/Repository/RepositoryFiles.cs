using System.Runtime.CompilerServices;

namespace TraceeMesh.Tests.Unit.Repository;

/// <summary>The files of this repository.</summary>
internal static class RepositoryFiles
{
    /// <summary>The top of the repository.</summary>
    public static string Root { get; } = Find();

    /// <summary>All files that match, without what builds leave behind.</summary>
    public static IEnumerable<string> All(string pattern) =>
        Directory.EnumerateFiles(Root, pattern, SearchOption.AllDirectories)
            .Where(f => !Path.GetRelativePath(Root, f).Split('/').Any(part => part is "artifacts" or ".git" or ".mesh" or "node_modules"));

    private static string Find([CallerFilePath] string here = "")
    {
        var directory = new DirectoryInfo(Path.GetDirectoryName(here)!);
        while (!File.Exists(Path.Combine(directory.FullName, "TraceeMesh.sln")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("not inside the repository");
        }

        return directory.FullName;
    }
}
