using Microsoft.Extensions.Logging;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Detector.Findings;
using TraceeMesh.Detector.Lookups;
using TraceeMesh.MessagePack;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Engine;

/// <summary>
/// Judges the frames of one partition, one event after the other. What a signature throws is counted and logged with its
/// id, and the others go on; <see cref="SignatureFence"/> watches those that do not come back.
/// </summary>
public sealed partial class FrameJudge : IFindingSink, IDisposable
{
    /// <summary>Findings held before they are stored; a frame that gives more stores them in between.</summary>
    private const int FindingsHeld = 256;

    private readonly JudgeParts _parts;
    private readonly FindingWriter _writer;
    private readonly Event _event = new();
    private readonly List<Finding> _findings = [];
    private readonly Lock _gate = new();
    private SignatureInstance[] _instances = [];
    private SignatureIndex _index = new(EventSelector.Tracee, []);
    private LossWindow? _losses;
    private SignatureInstance? _current;
    private long _evaluations;
    private long _evaluationsCounted;
    private volatile bool _revoked;

    /// <summary>Starts without signatures; <see cref="Use"/> comes next.</summary>
    public FrameJudge(JudgeParts parts)
    {
        _parts = parts;
        _writer = new FindingWriter(parts.Subjects, parts.Counters);
    }

    /// <summary>The signature at work now, if any.</summary>
    public SignatureInstance? Current => Volatile.Read(ref _current);

    /// <summary>Grows with each evaluation; while <see cref="Current"/> is set and this stands still, it is the same one.</summary>
    public long Evaluations => Volatile.Read(ref _evaluations);

    /// <summary>Whether one of its signatures has been disabled, in this partition or another.</summary>
    public bool HasDisabled
    {
        get
        {
            foreach (var instance in _instances)
            {
                if (instance.Loaded.State == SignatureState.Disabled)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Takes the signatures to judge with.</summary>
    public void Use(SignatureInstance[] instances)
    {
        _instances = instances;
        _index = new SignatureIndex(EventSelector.Tracee, instances);
    }

    /// <summary>Judges the events of a frame and stores what is found.</summary>
    /// <param name="events">The events.</param>
    /// <param name="losses">The losses of their node.</param>
    /// <param name="cancellation">Gives the frame up; it is judged again from its first event.</param>
    public async Task<JudgedFrame> JudgeAsync(EventCursor events, LossWindow losses, CancellationToken cancellation)
    {
        _losses = losses;
        _findings.Clear();
        var judged = 0;
        while (true)
        {
            var status = events.TryRead(_event);
            if (status is not (FrameStatus.Ok or FrameStatus.UnknownEvent))
            {
                await StoreAsync(cancellation);
                return new JudgedFrame(judged, status == FrameStatus.End ? FrameStatus.Ok : status);
            }

            judged++;
            if (status == FrameStatus.UnknownEvent)
            {
                _parts.Counters.EventsUnknown.Add();
                continue;
            }

            foreach (var signature in _index.Select(_event.Definition.Id, _event.Origin))
            {
                await EvaluateAsync(signature, cancellation);
            }

            if (_findings.Count >= FindingsHeld)
            {
                await StoreAsync(cancellation);
            }
        }
    }

    /// <summary>Takes the judgement away from this object: what it still does has no effect.</summary>
    public void Revoke()
    {
        _revoked = true;
        foreach (var instance in _instances)
        {
            instance.End();
        }
    }

    /// <inheritdoc/>
    public void Add(LoadedSignature signature, Event e, int ordinal, ReadOnlySpan<(string Name, DataValue Value)> data, IReadOnlyList<AskedLookup> asked)
    {
        lock (_gate)
        {
            if (!_revoked)
            {
                _findings.Add(_writer.Write(signature, e, ordinal, data, _losses!.Read(), asked));
            }
        }
    }

    /// <inheritdoc/>
    public void Refuse() => _parts.Counters.FindingsRefused.Add();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var instance in _instances)
        {
            instance.Tell(new SourceComplete(EventSelector.Tracee));
            instance.Dispose();
        }
    }

    private ValueTask EvaluateAsync(SignatureInstance signature, CancellationToken cancellation)
    {
        Volatile.Write(ref _evaluations, _evaluations + 1);
        Volatile.Write(ref _current, signature);
        ValueTask evaluation;
        try
        {
            evaluation = signature.Evaluate(_event, cancellation);
            if (!evaluation.IsCompletedSuccessfully)
            {
                return EvaluateSlow(signature, evaluation, cancellation);
            }
        }
        catch (Exception e)
        {
            Fail(signature, e);
        }

        End(signature, cancellation);
        return default;
    }

    private async ValueTask EvaluateSlow(SignatureInstance signature, ValueTask evaluation, CancellationToken cancellation)
    {
        try
        {
            await evaluation;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The frame is given up, which is not the signature's fault.
        }
        catch (Exception e)
        {
            Fail(signature, e);
        }

        End(signature, cancellation);
    }

    private void End(SignatureInstance signature, CancellationToken cancellation)
    {
        Volatile.Write(ref _current, null);
        signature.End();
        cancellation.ThrowIfCancellationRequested();
        if (_revoked)
        {
            throw new OperationCanceledException("the judgement was taken away while a signature did not come back");
        }
    }

    private void Fail(SignatureInstance signature, Exception e)
    {
        _parts.Counters.SignatureErrors.Add();
        var errors = signature.Loaded.CountError();

        // Each power of two: the first one at once, and a signature that always throws cannot flood the log.
        if (long.IsPow2(errors))
        {
            LogThrew(_parts.Log, e, signature.Loaded.Metadata.Id, _event.Definition.Name, _event.Frame.Node, _event.Context.Position, errors);
        }
    }

    private async Task StoreAsync(CancellationToken cancellation)
    {
        _parts.Counters.Evaluations.Add(_evaluations - _evaluationsCounted);
        _evaluationsCounted = _evaluations;
        if (_findings.Count > 0)
        {
            await _parts.Findings.StoreAsync(_findings, cancellation);
            _findings.Clear();
        }
    }

    [LoggerMessage(20, LogLevel.Error, "Handling event by signature {Id}: it threw on {EventName} of node {Node} at position {Position}; {Errors} times so far")]
    private static partial void LogThrew(ILogger log, Exception e, string id, string eventName, string node, long position, long errors);
}
