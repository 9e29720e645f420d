using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace TraceeMesh.Cli.Up;

/// <summary>
/// Where the programs lie that the services' user runs. A clone or an SDK below a directory closed to that user
/// (<c>/root</c>) is no place for that: what is needed of it is copied to <see cref="CopyRoot"/>.
/// </summary>
public sealed class Programs
{
    /// <summary>Not <c>/run</c>: Debian mounts it noexec.</summary>
    public const string CopyRoot = "/var/cache/traceemesh";

    private const UnixFileMode ReadableByAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private static readonly string[] RuntimeFolders = ["host", "shared"];

    private readonly Func<string, bool> _canRead;
    private readonly string _copy;

    /// <param name="dotnet">The dotnet that runs the runner.</param>
    /// <param name="repositoryRoot">The clone; two clones do not share copies.</param>
    /// <param name="copyRoot">Where copies go.</param>
    /// <param name="canRead">Whether the services' user can read a file.</param>
    public Programs(string dotnet, string repositoryRoot, string copyRoot, Func<string, bool> canRead)
    {
        _canRead = canRead;
        _copy = Path.Combine(copyRoot, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(repositoryRoot)))[..16]);
        Dotnet = canRead(dotnet) ? dotnet : CopyRuntime(dotnet);
    }

    /// <summary>The dotnet this program runs on: its runtime lies in <c>shared/NAME/VERSION</c> below it.</summary>
    public static string CurrentDotnet => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    /// <summary>The dotnet that runs the services.</summary>
    public string Dotnet { get; }

    /// <summary>The program as built, or a copy of it that the services' user can read.</summary>
    public string Assembly(string outputDirectory, string name)
    {
        var built = Path.Combine(outputDirectory, name);
        if (!File.Exists(built))
        {
            throw new CommandException(Contracts.ExitCode.Failure, $"{built} is not built: run ./mesh up, or dotnet build -c Release");
        }

        if (_canRead(built))
        {
            return built;
        }

        var copy = Path.Combine(_copy, Path.GetFileNameWithoutExtension(name));
        SynchronizeTree(outputDirectory, copy);
        return Path.Combine(copy, name);
    }

    private string CopyRuntime(string dotnet)
    {
        var home = Path.GetDirectoryName(dotnet)!;
        var copy = Path.Combine(_copy, "dotnet");
        CreateDirectory(copy);
        foreach (var folder in RuntimeFolders)
        {
            SynchronizeTree(Path.Combine(home, folder), Path.Combine(copy, folder));
        }

        var program = Path.Combine(copy, "dotnet");
        Synchronize(dotnet, program);
        return program;
    }

    private static void SynchronizeTree(string source, string target)
    {
        CreateDirectory(target);
        foreach (var directory in Directory.EnumerateDirectories(source, "*", SearchOption.AllDirectories))
        {
            CreateDirectory(Path.Combine(target, Path.GetRelativePath(source, directory)));
        }

        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            Synchronize(file, Path.Combine(target, Path.GetRelativePath(source, file)));
        }
    }

    private static void Synchronize(string source, string target)
    {
        var (original, copy) = (new FileInfo(source), new FileInfo(target));
        if (copy.Exists && copy.Length == original.Length && copy.LastWriteTimeUtc == original.LastWriteTimeUtc)
        {
            return;
        }

        // A new file, never new bytes in the old one: a service may run from it.
        var fresh = target + ".new";
        File.Copy(source, fresh, overwrite: true);
        File.SetUnixFileMode(fresh, ReadableByAll | ((original.UnixFileMode & UnixFileMode.UserExecute) != 0 ? Executable : 0));
        File.Move(fresh, target, overwrite: true);
    }

    private static void CreateDirectory(string path) => Directory.CreateDirectory(path, ReadableByAll | Executable);
}
