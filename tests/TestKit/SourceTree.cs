using System.Runtime.CompilerServices;

namespace TraceeMesh.TestKit;

/// <summary>The repository that the tests were built from.</summary>
public static class SourceTree
{
    /// <summary>The top of the repository.</summary>
    public static string Root { get; } = Find();

    /// <summary>A file of the repository.</summary>
    public static string File(string path) => Path.Combine(Root, path);

    private static string Find([CallerFilePath] string here = "")
    {
        var directory = new DirectoryInfo(Path.GetDirectoryName(here)!);
        while (!System.IO.File.Exists(Path.Combine(directory.FullName, "TraceeMesh.sln")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("not inside the repository");
        }

        return directory.FullName;
    }
}
