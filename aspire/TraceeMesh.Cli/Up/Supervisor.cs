using System.Globalization;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Up;

/// <summary>Keeps one service instance running until it is told to stop.</summary>
/// <param name="instance">Its name, e.g. <c>detector-1</c>.</param>
/// <param name="start">Starts it.</param>
/// <param name="messages">Where restarts are reported, a line each.</param>
/// <param name="time">The clock of the delays.</param>
public sealed class Supervisor(string instance, Func<Task<ISupervisedProcess>> start, TextWriter messages, TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly RestartPolicy _policy = new();
    private readonly TaskCompletionSource<int> _gaveUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ISupervisedProcess? _process;
    private Task _running = Task.CompletedTask;

    public string Instance => instance;

    /// <summary>How often it was started again.</summary>
    public int Restarts { get; private set; }

    /// <summary>Null between two runs.</summary>
    public int? Pid => _process is { Exited.IsCompleted: false } process ? process.Pid : null;

    /// <summary>Completes with the exit code when starting again cannot help: what was missing will be missing again.</summary>
    public Task<int> GaveUp => _gaveUp.Task;

    /// <summary>Called after every start.</summary>
    public Action? Started { get; init; }

    /// <summary>Returns when it was started once; from then on it is kept running.</summary>
    public async Task Start()
    {
        var process = await start();
        _running = KeepRunning(process);
    }

    /// <summary>From now on an end is an end.</summary>
    public void Announce() => _stopping.Cancel();

    /// <summary>Asks it to stop for good, which is what SIGINT says (SIGTERM may be followed by another start), and kills it when it has not after <paramref name="patience"/>.</summary>
    public async Task Stop(TimeSpan patience)
    {
        await _stopping.CancelAsync();
        if (_process is { } process)
        {
            process.Signal(SystemCalls.SigInt);
            try
            {
                await process.Exited.WaitAsync(patience, time);
            }
            catch (TimeoutException)
            {
                messages.WriteLine($"{instance} did not stop within {patience.TotalSeconds:0.#} s: killed");
                process.Signal(SystemCalls.SigKill);
            }
        }

        await _running;
    }

    /// <summary>Ends the process that runs now; another one follows.</summary>
    public void Renew() => _process?.Signal(SystemCalls.SigKill);

    public void Kill()
    {
        _stopping.Cancel();
        _process?.Signal(SystemCalls.SigKill);
    }

    public void Dispose() => _stopping.Dispose();

    private async Task KeepRunning(ISupervisedProcess process)
    {
        while (true)
        {
            _process = process;
            Started?.Invoke();
            var startedAt = time.GetTimestamp();
            var exitCode = await process.Exited;
            process.Dispose();
            if (_stopping.IsCancellationRequested)
            {
                return;
            }

            if (IsFinal(exitCode))
            {
                _gaveUp.TrySetResult(exitCode);
                return;
            }

            // A Ctrl-C that reaches the service before the runner: the runner learns of it within the delay.
            var delay = _policy.NextDelay(time.GetElapsedTime(startedAt));
            if (!await Pause(delay))
            {
                return;
            }

            Restarts++;
            messages.WriteLine($"{instance} ended ({Describe(exitCode)}): restart {Restarts} after {delay.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s");
            process = await start();
            if (_stopping.IsCancellationRequested)
            {
                process.Signal(SystemCalls.SigInt);
            }
        }
    }

    private async Task<bool> Pause(TimeSpan delay)
    {
        try
        {
            await Task.Delay(delay, time, _stopping.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static bool IsFinal(int exitCode) =>
        exitCode is ExitCode.Usage or ExitCode.NoBtf or ExitCode.NoPrivilege or ExitCode.MissingDependency or ExitCode.KernelRefused;

    public static string Describe(int exitCode) =>
        exitCode > 128 ? $"killed by signal {exitCode - 128}" : $"exit code {exitCode}";
}
