using TraceeMesh.Cli.Up;

namespace TraceeMesh.Tests.Unit.Cli;

/// <summary>A process that ends when the test says so, or when it gets a signal it heeds.</summary>
internal sealed class StandInProcess(int pid, bool heedsTerm = true) : ISupervisedProcess
{
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Pid { get; } = pid;

    public Task<int> Exited => _exited.Task;

    public List<int> Signals { get; } = [];

    public void End(int exitCode) => _exited.TrySetResult(exitCode);

    public void Signal(int signal)
    {
        Signals.Add(signal);
        if (signal == 9 || heedsTerm)
        {
            End(128 + signal);
        }
    }

    public void Dispose() => End(0);
}
