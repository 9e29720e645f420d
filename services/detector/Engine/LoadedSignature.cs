using TraceeMesh.Contracts.Events;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Engine;

/// <summary>A signature as loaded, shared by all partitions; each of them judges with an object of its own.</summary>
/// <param name="create">Makes an object of it.</param>
/// <param name="metadata">Who it is.</param>
/// <param name="selectors">The events it wants, those without a source left out.</param>
/// <param name="wantsEnvironment">Whether it reads the environment of execs.</param>
/// <param name="declaredLookups">What it will ask for each event it selects.</param>
/// <param name="eventId">Number of the event that its findings are.</param>
public sealed class LoadedSignature(
    Func<Signature> create,
    SignatureMetadata metadata,
    IReadOnlyList<EventSelector> selectors,
    bool wantsEnvironment,
    IReadOnlyList<DeclaredLookup> declaredLookups,
    int eventId)
{
    private readonly Lock _gate = new();
    private volatile Condition _condition = new(SignatureState.Running, "");
    private int _recentFaults;
    private long _evaluations;
    private long _findings;
    private long _errors;
    private long _timed;
    private long _timedNanoseconds;

    /// <summary>Makes an object of it.</summary>
    public Func<Signature> Create => create;

    /// <summary>Who it is.</summary>
    public SignatureMetadata Metadata => metadata;

    /// <summary>The events it wants.</summary>
    public IReadOnlyList<EventSelector> Selectors => selectors;

    /// <summary>Whether it reads the environment of execs.</summary>
    public bool WantsEnvironment => wantsEnvironment;

    /// <summary>What it will ask for each event it selects.</summary>
    public IReadOnlyList<DeclaredLookup> DeclaredLookups => declaredLookups;

    /// <summary>The event that its findings are.</summary>
    public EventDefinition Event { get; } = new(eventId, metadata.EventName, []);

    /// <summary>Whether it sees events.</summary>
    public SignatureState State => _condition.State;

    /// <summary>Why not.</summary>
    public string Reason => _condition.Reason;

    /// <summary>Whether it is to have an object in each partition.</summary>
    public bool IsWanted => State is SignatureState.Running or SignatureState.Waiting;

    /// <summary>Its faults: exceptions that left it, and evaluations that allocated too much.</summary>
    public long Errors => Interlocked.Read(ref _errors);

    /// <summary>What is known of it now.</summary>
    public SignatureReport Report()
    {
        var condition = _condition;
        var timed = Interlocked.Read(ref _timed);
        return new(
            metadata.Id,
            metadata.EventName,
            metadata.Version,
            condition.State,
            condition.Reason,
            Interlocked.Read(ref _evaluations),
            Interlocked.Read(ref _findings),
            Errors,
            timed == 0 ? 0 : Interlocked.Read(ref _timedNanoseconds) / timed);
    }

    /// <summary>Changes the state; one that is disabled stays so.</summary>
    /// <returns>Whether anything changed.</returns>
    public bool Become(SignatureState state, string reason = "")
    {
        var next = new Condition(state, reason);
        while (true)
        {
            var current = _condition;
            if (current.State == SignatureState.Disabled || current == next)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _condition, next, current) == current)
            {
                return true;
            }
        }
    }

    /// <summary>Counts a fault.</summary>
    /// <param name="evaluationsSince">Evaluations since the fault before.</param>
    /// <returns>How many there were, and whether they are so many that it should be disabled (<see cref="EvaluationLimits.Faults"/>).</returns>
    public (long Errors, bool TooMany) CountFault(long evaluationsSince)
    {
        lock (_gate)
        {
            _recentFaults = evaluationsSince > EvaluationLimits.FaultsApart ? 1 : _recentFaults + 1;
            return (Interlocked.Increment(ref _errors), _recentFaults >= EvaluationLimits.Faults);
        }
    }

    /// <summary>Enters what one partition counted.</summary>
    public void Count(long evaluations, long findings, long timed, long timedNanoseconds)
    {
        Interlocked.Add(ref _evaluations, evaluations);
        Interlocked.Add(ref _findings, findings);
        Interlocked.Add(ref _timed, timed);
        Interlocked.Add(ref _timedNanoseconds, timedNanoseconds);
    }

    private sealed record Condition(SignatureState State, string Reason);
}
