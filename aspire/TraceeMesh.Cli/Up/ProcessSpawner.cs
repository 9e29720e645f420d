using System.Collections.Concurrent;
using System.Diagnostics;

namespace TraceeMesh.Cli.Up;

/// <summary>
/// Starts every child from one thread that lives as long as the runner: the kernel sends the parent-death
/// signal when the <em>thread</em> that forked ends, and a pool thread ends whenever the pool thinks so.
/// </summary>
public sealed class ProcessSpawner : IDisposable
{
    private const int MaxWaiting = 128;

    private readonly BlockingCollection<(Launch Launch, TaskCompletionSource<Process> Started)> _requests = new(MaxWaiting);

    public ProcessSpawner() => new Thread(Run) { IsBackground = true, Name = "process-spawner" }.Start();

    public Task<Process> Start(Launch launch)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        _requests.Add((launch, started));
        return started.Task;
    }

    public void Dispose() => _requests.CompleteAdding();

    private void Run()
    {
        foreach (var (launch, started) in _requests.GetConsumingEnumerable())
        {
            try
            {
                started.SetResult(Process.Start(launch.ToStartInfo())!);
            }
            catch (Exception exception)
            {
                started.SetException(exception);
            }
        }

        _requests.Dispose();
    }
}
