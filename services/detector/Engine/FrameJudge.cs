using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;
using TraceeMesh.Detector.Findings;
using TraceeMesh.Detector.Lookups;
using TraceeMesh.Detector.State;
using TraceeMesh.MessagePack;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Engine;

/// <summary>
/// Judges the frames of one partition, one event after the other: first an event's signatures in order of their ids, then, once all
/// of them are done, whoever selects what they found. What a signature throws is counted and logged with its id, and the others go
/// on; <see cref="SignatureFence"/> watches those that do not come back.
/// </summary>
public sealed partial class FrameJudge : IFindingSink, IDisposable
{
    /// <summary>Findings held before they are stored; a frame that gives more stores them in between.</summary>
    private const int FindingsHeld = 256;

    private readonly JudgeParts _parts;
    private readonly PartitionState _state;
    private readonly FindingWriter _writer;
    private readonly SignatureFaults _faults;
    private readonly SignatureInstance[] _instances;
    private readonly SignatureIndex _index;
    private readonly Event _event = new();
    private readonly List<Finding> _findings = [];
    private readonly List<(SignatureInstance Signature, ValueTask Evaluation, Event Event)> _pending = [];
    private readonly List<(string Signature, int Ordinal, Event Event)> _reported = [];
    private readonly Queue<Event> _chained = new();
    private readonly Lock _gate = new();
    private FrameStatus _status;
    private int _judged;
    private LossWindow? _losses;
    private ToldEvents _told = ToldEvents.Nothing;
    private SignatureInstance? _current;
    private SignatureInstance? _awaited;
    private long _progress;
    private int _thread;
    private long _evaluations;
    private volatile bool _revoked;

    /// <summary>A judge with its signatures, in order of their ids.</summary>
    public FrameJudge(JudgeParts parts, PartitionState state, SignatureInstance[] instances)
    {
        _parts = parts;
        _state = state;
        _writer = new FindingWriter(parts.Subjects, parts.Counters);
        _faults = new SignatureFaults(parts);
        _instances = instances;
        _index = new SignatureIndex(instances);
        foreach (var instance in instances)
        {
            instance.Join(this, _declared);
        }
    }

    /// <summary>Its signatures.</summary>
    public IReadOnlyList<SignatureInstance> Instances => _instances;

    /// <summary>The signature that has its thread now, if any.</summary>
    public SignatureInstance? Current => Volatile.Read(ref _current);

    /// <summary>The signature whose evaluation it awaits now, if any.</summary>
    public SignatureInstance? Awaited => Volatile.Read(ref _awaited);

    /// <summary>Grows whenever a signature begins with an event or is done with one; while it stands still, it is the same one.</summary>
    public long Progress => Volatile.Read(ref _progress);

    /// <summary>The thread that <see cref="Current"/> has (<see cref="RunQueue.ThisThread"/>).</summary>
    public int Thread => Volatile.Read(ref _thread);

    /// <summary>Judges the events of a frame and stores what is found.</summary>
    /// <param name="events">The events.</param>
    /// <param name="losses">The losses of their node.</param>
    /// <param name="told">Events that have come before; neither a signature nor its state sees them again.</param>
    /// <param name="cancellation">Gives the frame up; it is judged again from its first event.</param>
    public async Task<JudgedFrame> JudgeAsync(EventCursor events, LossWindow losses, ToldEvents told, CancellationToken cancellation)
    {
        Begin(losses);
        _told = told;
        if (LookOver(events) is { } asking)
        {
            await _declared.AskAsync(asking, cancellation);
        }

        while (JudgeUntilPause(cancellation))
        {
            await FinishEventAsync(cancellation);
        }

        await EndAsync(cancellation);
        return new JudgedFrame(_judged, _status == FrameStatus.End ? FrameStatus.Ok : _status);
    }

    /// <summary>Judges one event of any source and stores what is found.</summary>
    /// <param name="e">The event.</param>
    /// <param name="losses">The losses of its node.</param>
    /// <param name="cancellation">Gives it up.</param>
    public async Task JudgeAsync(Event e, LossWindow losses, CancellationToken cancellation)
    {
        Begin(losses);
        if (_index.Find(e) is { } plan)
        {
            Evaluate(plan, e, cancellation);
            await FinishEventAsync(cancellation);
        }

        await EndAsync(cancellation);
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
    public bool Add(SignatureInstance signature, Event e, int ordinal, ReadOnlySpan<(string Name, DataValue Value)> data, IReadOnlyList<AskedLookup> asked)
    {
        lock (_gate)
        {
            if (_revoked)
            {
                return false;
            }

            if (signature.Loaded.Settings.Excepts(e))
            {
                signature.Loaded.Counts.AddSuppressed();
                _parts.Counters.FindingsSuppressed.Add();
                return false;
            }

            var completeness = _losses!.Read();
            if (signature.KeepsState && _state.IsCold(e.Context.Timestamp))
            {
                completeness = completeness with { Cold = true };
            }

            var finding = _writer.Write(signature.Loaded, e, ordinal, data, completeness, asked);
            _findings.Add(finding);
            Chain(signature.Loaded, e, ordinal, data, finding.Id);
            return true;
        }
    }

    /// <inheritdoc/>
    public void Refuse() => _parts.Counters.FindingsRefused.Add();

    /// <summary>Tells the signatures of <see cref="EventSelector.Tracee"/> that no event will come any more.</summary>
    public void Complete()
    {
        foreach (var instance in _instances)
        {
            if (instance.Loaded.Selectors.Any(s => s.Source == EventSelector.Tracee))
            {
                instance.Tell(new SourceComplete(EventSelector.Tracee));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var instance in _instances)
        {
            instance.Dispose();
        }
    }

    private void Begin(LossWindow losses)
    {
        _losses = losses;
        _findings.Clear();
        _pending.Clear();
        _reported.Clear();
        _chained.Clear();
        _declared.Clear();
        _wanted.Clear();
        _next = 0;
        _judged = 0;
    }

    /// <summary>Judges events for as long as nothing is to be waited for. Returns false at the end of the frame.</summary>
    private bool JudgeUntilPause(CancellationToken cancellation)
    {
        while (true)
        {
            _status = TryReadWanted(out var plan);
            if (_status != FrameStatus.Ok)
            {
                return false;
            }

            if (plan is not null)
            {
                cancellation.ThrowIfCancellationRequested();
                Evaluate(plan, _event, cancellation);
            }

            if (_pending.Count > 0 || _reported.Count > 0 || _findings.Count >= FindingsHeld)
            {
                return true;
            }
        }
    }

    private void Evaluate(SelectionPlan plan, Event e, CancellationToken cancellation)
    {
        plan.Next();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        foreach (ref readonly var entry in plan.Entries)
        {
            if (entry.Signature.Ended || !plan.Selects(in entry, e))
            {
                continue;
            }

            Start(entry.Signature, e, cancellation);
            var now = GC.GetAllocatedBytesForCurrentThread();
            if (now - allocated > _parts.Limits.AllocatedBytes)
            {
                if (_faults.Allocated(entry.Signature, e, now - allocated))
                {
                    Announce(entry.Signature, e);
                }

                now = GC.GetAllocatedBytesForCurrentThread();
            }

            allocated = now;
        }
    }

    private void Start(SignatureInstance signature, Event e, CancellationToken cancellation)
    {
        _evaluations++;
        Volatile.Write(ref _progress, _progress + 1);
        Volatile.Write(ref _thread, RunQueue.ThisThread);
        Volatile.Write(ref _current, signature);
        try
        {
            var evaluation = signature.IsTimed ? EvaluateTimed(signature, e, cancellation) : signature.Evaluate(e, cancellation);
            if (evaluation.IsCompletedSuccessfully)
            {
                signature.End();
            }
            else
            {
                _pending.Add((signature, evaluation, e));
            }
        }
        catch (Exception x)
        {
            Fail(signature, e, x);
            signature.End();
        }

        Volatile.Write(ref _current, null);
        if (_revoked)
        {
            throw new OperationCanceledException("the judgement was taken away while a signature did not come back");
        }
    }

    private ValueTask EvaluateTimed(SignatureInstance signature, Event e, CancellationToken cancellation)
    {
        var started = _parts.Time.GetTimestamp();
        var evaluation = signature.Evaluate(e, cancellation);
        signature.Time(_parts.Time.GetElapsedTime(started));
        return evaluation;
    }

    /// <summary>Waits for the signatures that are not done with the event, then has its findings judged in turn.</summary>
    private async ValueTask FinishEventAsync(CancellationToken cancellation)
    {
        while (true)
        {
            foreach (var (signature, evaluation, e) in _pending)
            {
                await AwaitAsync(signature, evaluation, e, cancellation);
            }

            _pending.Clear();
            cancellation.ThrowIfCancellationRequested();
            EnqueueReported();
            if (!_chained.TryDequeue(out var next))
            {
                break;
            }

            if (_index.Find(next) is { } plan)
            {
                Evaluate(plan, next, cancellation);
            }
        }

        if (_findings.Count >= FindingsHeld)
        {
            await StoreAsync(cancellation);
        }
    }

    private async ValueTask AwaitAsync(SignatureInstance signature, ValueTask evaluation, Event e, CancellationToken cancellation)
    {
        Volatile.Write(ref _progress, _progress + 1);
        Volatile.Write(ref _awaited, signature);
        try
        {
            await evaluation;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The frame is given up, which is not the signature's fault.
        }
        catch (Exception x)
        {
            Fail(signature, e, x);
        }

        Volatile.Write(ref _awaited, null);
        signature.End();
        if (_revoked)
        {
            throw new OperationCanceledException("the judgement was taken away while a signature did not come back");
        }
    }

    private void Fail(SignatureInstance signature, Event e, Exception x)
    {
        if (_faults.Threw(signature, e, x))
        {
            Announce(signature, e);
        }
    }

    private void Announce(SignatureInstance signature, Event e)
    {
        lock (_gate)
        {
            _findings.Add(DisabledAnnouncement.Write(_writer, signature.Loaded, e));
        }
    }

    private async Task EndAsync(CancellationToken cancellation)
    {
        _parts.Counters.Evaluations.Add(_evaluations);
        _evaluations = 0;
        await StoreAsync(cancellation);
        foreach (var instance in _instances)
        {
            instance.Count();
        }
    }

    private async Task StoreAsync(CancellationToken cancellation)
    {
        if (_findings.Count > 0)
        {
            await _parts.Findings.StoreAsync(_findings, cancellation);
            _findings.Clear();
        }
    }
}
