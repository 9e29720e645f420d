using Microsoft.Extensions.Logging;
using TraceeMesh.Contracts;
using TraceeMesh.Detector.Disabling;
using TraceeMesh.ServiceDefaults;

namespace TraceeMesh.Detector.Engine;

/// <summary>
/// The judgements left behind in signatures that did not come back, over all partitions. A thread cannot be ended from outside: with
/// more than <see cref="EvaluationLimits.LeftBehind"/> of them the detector ends, and the next one starts without the culprits.
/// </summary>
/// <param name="remembered">Tells the next process.</param>
/// <param name="log">The log.</param>
public sealed partial class LeftBehind(IDisabledSignatures remembered, ILogger log)
{
    private readonly TaskCompletionSource<string> _tooMany = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private Task _remembering = Task.CompletedTask;
    private int _count;

    /// <summary>How many there are.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Tells the next process of a signature that is disabled by now.</summary>
    public void Remember(LoadedSignature culprit)
    {
        lock (_gate)
        {
            _remembering = Task.WhenAll(_remembering, remembered.RememberAsync(culprit.Metadata.Id, culprit.Build, culprit.Reason, CancellationToken.None));
        }
    }

    /// <summary>Enters one.</summary>
    /// <param name="culprit">The signature that holds it.</param>
    /// <param name="judgement">The judgement.</param>
    /// <param name="urgent">Whether waiting for more of them would be too late.</param>
    public void Enter(LoadedSignature culprit, Task judgement, bool urgent)
    {
        var count = Interlocked.Increment(ref _count);
        _ = judgement.ContinueWith(static (_, self) => Interlocked.Decrement(ref ((LeftBehind)self!)._count), this, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        if (urgent || count > EvaluationLimits.LeftBehind)
        {
            _tooMany.TrySetResult(urgent
                ? $"the heap is full, and signature {culprit.Metadata.Id} does not come back"
                : $"{count} threads are held by signatures that do not come back, {culprit.Metadata.Id} the last of them");
        }
    }

    /// <summary>Waits until there are too many.</summary>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ServiceExitException">There are too many, and the next process knows of whom.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var reason = await _tooMany.Task.WaitAsync(cancellation);
        LogEnds(log, reason);
        Task remembering;
        lock (_gate)
        {
            remembering = _remembering;
        }

        await remembering;
        throw new ServiceExitException(ExitCode.Failure, $"{reason}; the detector ends and is to be started again, which disables what held it");
    }

    [LoggerMessage(34, LogLevel.Critical, "{Reason}: the detector starts anew")]
    private static partial void LogEnds(ILogger log, string reason);
}
