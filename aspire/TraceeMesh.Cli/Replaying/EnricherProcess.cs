using System.Diagnostics;
using TraceeMesh.Cli.Up;

namespace TraceeMesh.Cli.Replaying;

/// <summary>An enricher that lives as long as a replay, and dies with this process.</summary>
internal sealed class EnricherProcess : IDisposable
{
    private const int Terminate = 15;

    private readonly ProcessSpawner _spawner;
    private readonly Process _process;
    private readonly TimeSpan _patience;

    private EnricherProcess(ProcessSpawner spawner, Process process, TimeSpan patience) => (_spawner, _process, _patience) = (spawner, process, patience);

    /// <summary>Starts it; what it warns of is said on standard error.</summary>
    /// <param name="command">Its command line.</param>
    /// <param name="capture">Where it has the answers of runtimes from.</param>
    /// <param name="patience">How long it may take to end.</param>
    public static async Task<EnricherProcess> Start(IEnumerable<string> command, string capture, TimeSpan patience)
    {
        // A child dies with the thread that made it, and this one has threads of its own for that.
        var spawner = new ProcessSpawner();
        var launch = Launch.As(LaunchIdentity.Unchanged, Path.GetTempPath(), command) with { Environment = new Dictionary<string, string> { ["TRACEEMESH_CAPTURE"] = capture } };
        var process = await spawner.Start(launch);
        process.ErrorDataReceived += static (_, line) =>
        {
            if (line.Data is { } text && LogLines.IsError(text))
            {
                Console.Error.WriteLine($"tmesh: enricher: {text}");
            }
        };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return new EnricherProcess(spawner, process, patience);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            SystemCalls.Signal(_process.Id, Terminate);
            if (!_process.WaitForExit(_patience))
            {
                _process.Kill();
            }
        }

        _process.Dispose();
        _spawner.Dispose();
    }
}
