using System.Diagnostics;
using System.Globalization;

namespace TraceeMesh.TestKit;

/// <summary>The processes of a mesh, which are its runner's children.</summary>
/// <param name="runner">Process of the runner.</param>
public sealed class MeshProcesses(int runner)
{
    private static readonly (string Part, string Program)[] Programs =
    [
        ("collector", "TraceeMesh.Collector.dll"),
        ("enricher", "TraceeMesh.Enricher.dll"),
        ("detector", "TraceeMesh.Detector.dll"),
        ("datasource-api", "TraceeMesh.DataSourceApi.dll"),
        ("nats-server", "nats-server"),
    ];

    /// <summary>Those that run a part of the mesh at this moment.</summary>
    public IReadOnlyList<int> Of(string part)
    {
        var program = Programs.Single(p => p.Part == part).Program;
        return [.. Children().Where(pid => CommandLine(pid).Any(word => Path.GetFileName(word) == program))];
    }

    /// <summary>Sends SIGKILL.</summary>
    public static void Kill(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
        }
        catch (ArgumentException)
        {
            // It ended between the look and the shot.
        }
    }

    private IEnumerable<int> Children() =>
        Directory.EnumerateDirectories($"/proc/{runner}/task")
            .SelectMany(task => Read(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(pid => int.Parse(pid, CultureInfo.InvariantCulture));

    private static string[] CommandLine(int pid) => Read($"/proc/{pid}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);

    // Empty for a process or thread that is gone.
    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
