using System.Diagnostics;

namespace TraceeMesh.Cli.Up;

/// <summary>A child of this process; what it prints goes to its log.</summary>
public sealed class SupervisedProcess : ISupervisedProcess
{
    private readonly Process _process;

    private SupervisedProcess(Process process, ProcessLog log)
    {
        _process = process;
        _process.StandardInput.Close();
        Exited = Wait(log);
    }

    public int Pid => _process.Id;

    public Task<int> Exited { get; }

    public static async Task<ISupervisedProcess> Start(ProcessSpawner spawner, Launch launch, ProcessLog log) =>
        new SupervisedProcess(await spawner.Start(launch), log);

    public void Signal(int signal)
    {
        if (!Exited.IsCompleted)
        {
            SystemCalls.Signal(_process.Id, signal);
        }
    }

    public void Dispose() => _process.Dispose();

    private async Task<int> Wait(ProcessLog log)
    {
        var output = log.Drain(_process.StandardOutput.BaseStream);
        var errors = log.Drain(_process.StandardError.BaseStream);
        await _process.WaitForExitAsync();
        await Task.WhenAll(output, errors);
        return _process.ExitCode;
    }
}
