using Microsoft.Extensions.Logging;
using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Detector.Engine;

/// <summary>Counts the faults of signatures, logs them with their ids, and disables who has too many.</summary>
/// <param name="parts">What judging needs.</param>
public sealed partial class SignatureFaults(JudgeParts parts)
{
    /// <summary>An exception left a signature.</summary>
    /// <param name="signature">The signature.</param>
    /// <param name="e">The event it was judging.</param>
    /// <param name="x">The exception.</param>
    /// <returns>Whether that disabled it.</returns>
    public bool Threw(SignatureInstance signature, Event e, Exception x)
    {
        var tooMany = Count(signature, out var errors);
        if (errors > 0)
        {
            LogThrew(parts.Log, x, signature.Loaded.Metadata.Id, e.Definition.Name, e.Frame.Node, e.Context.Position, errors);
        }

        return tooMany && Disable(signature, $"it failed {EvaluationLimits.Faults} times in a row, at last with: {x.Message}");
    }

    /// <summary>A signature allocated more than it may.</summary>
    /// <param name="signature">The signature.</param>
    /// <param name="e">The event it was judging.</param>
    /// <param name="bytes">How much.</param>
    /// <returns>Whether that disabled it.</returns>
    public bool Allocated(SignatureInstance signature, Event e, long bytes)
    {
        var tooMany = Count(signature, out var errors);
        if (errors > 0)
        {
            LogAllocated(parts.Log, signature.Loaded.Metadata.Id, bytes, e.Definition.Name, e.Frame.Node, e.Context.Position, parts.Limits.AllocatedBytes, errors);
        }

        return tooMany && Disable(signature, $"it failed {EvaluationLimits.Faults} times in a row, at last by allocating {bytes} bytes for one event");
    }

    // To be logged at each power of two: the first one at once, and a signature that always fails cannot flood the log.
    private bool Count(SignatureInstance signature, out long errorsToLog)
    {
        parts.Counters.SignatureErrors.Add();
        var (errors, tooMany) = signature.Loaded.CountFault(signature.SinceFault);
        signature.Fault();
        errorsToLog = long.IsPow2(errors) ? errors : 0;
        return tooMany;
    }

    private bool Disable(SignatureInstance signature, string reason)
    {
        signature.Ended = true;
        if (!signature.Loaded.Become(SignatureState.Disabled, reason))
        {
            return false;
        }

        LogDisabled(parts.Log, signature.Loaded.Metadata.Id, reason);
        return true;
    }

    [LoggerMessage(20, LogLevel.Error, "Handling event by signature {Id}: it threw on {EventName} of node {Node} at position {Position}; {Errors} faults so far")]
    private static partial void LogThrew(ILogger log, Exception e, string id, string eventName, string node, long position, long errors);

    [LoggerMessage(21, LogLevel.Error, "Handling event by signature {Id}: it allocated {Bytes} bytes for {EventName} of node {Node} at position {Position}; {Limit} are allowed; {Errors} faults so far")]
    private static partial void LogAllocated(ILogger log, string id, long bytes, string eventName, string node, long position, long limit, long errors);

    [LoggerMessage(22, LogLevel.Error, "signature {Id} is disabled: {Reason}; the others go on")]
    private static partial void LogDisabled(ILogger log, string id, string reason);
}
