using System.Diagnostics;
using System.Globalization;

namespace TraceeMesh.Cli.Up;

/// <summary>The options of <c>setpriv</c> that make a process less than its starter.</summary>
public sealed record LaunchIdentity(IReadOnlyList<string> Options)
{
    /// <summary>As the starter, unchanged.</summary>
    public static readonly LaunchIdentity Unchanged = new([]);

    /// <summary>No capability, none to be gained, and only the named groups.</summary>
    public static LaunchIdentity For(UnprivilegedUser user, IReadOnlyCollection<uint> groups) => new(
    [
        "--reuid", user.Uid.ToString(CultureInfo.InvariantCulture),
        "--regid", user.Gid.ToString(CultureInfo.InvariantCulture),
        .. groups.Count == 0 ? ["--clear-groups"] : new[] { "--groups", string.Join(',', groups) },
        "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs",
    ]);

    /// <summary>Whether it may read the file or walk the directory: the kernel is asked, not the mode bits.</summary>
    public bool CanRead(string path)
    {
        using var test = Process.Start("setpriv", [.. Options, "--", "test", Directory.Exists(path) ? "-x" : "-r", path]);
        test.WaitForExit();
        return test.ExitCode == 0;
    }
}
