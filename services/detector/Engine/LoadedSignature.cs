using TraceeMesh.Contracts.Events;
using TraceeMesh.Detector.Choosing;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Engine;

/// <summary>A signature as loaded, shared by all partitions; each of them judges with an object of its own.</summary>
/// <param name="create">Makes an object of it.</param>
/// <param name="metadata">Who it is.</param>
/// <param name="selectors">The events it wants, those without a source left out.</param>
/// <param name="wantsEnvironment">Whether it reads the environment of execs.</param>
/// <param name="declaredLookups">What it will ask for each event it selects.</param>
/// <param name="build">The build of the assembly it comes from.</param>
/// <param name="eventId">Number of the event that its findings are.</param>
/// <param name="settings">What the operator decided about it.</param>
/// <param name="counts">What is counted of it.</param>
public sealed class LoadedSignature(
    Func<Signature> create,
    SignatureMetadata metadata,
    IReadOnlyList<EventSelector> selectors,
    bool wantsEnvironment,
    IReadOnlyList<DeclaredLookup> declaredLookups,
    Guid build,
    int eventId,
    SignatureSettings settings,
    SignatureCounts counts)
{
    private readonly Lock _gate = new();
    private volatile Condition _condition = settings.Enabled ? new(SignatureState.Running, "") : new(SignatureState.Disabled, "switched off in signatures.yaml");
    private int _recentFaults;

    /// <summary>Makes an object of it.</summary>
    public Func<Signature> Create => create;

    /// <summary>Who it is, with the severity the operator gives it.</summary>
    public SignatureMetadata Metadata { get; } = settings.Severity is { } severity ? metadata with { Severity = severity } : metadata;

    /// <summary>Its version and which build of it: what an author mends without another version is another one too.</summary>
    public string Build { get; } = $"{metadata.Version}+{build.ToString("N")[..8]}";

    /// <summary>What the operator decided about it.</summary>
    public SignatureSettings Settings => settings;

    /// <summary>What is counted of it, from when it was loaded.</summary>
    public SignatureCounts Counts => counts;

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
    public long Errors => counts.Errors;

    /// <summary>The same signature as the operator decided now; one that was disabled is tried again.</summary>
    public LoadedSignature With(SignatureSettings decided) =>
        new(create, metadata, selectors, wantsEnvironment, declaredLookups, build, Event.Id, decided, counts);

    /// <summary>What is known of it now.</summary>
    public SignatureReport Report()
    {
        var condition = _condition;
        return new(
            metadata.Id,
            metadata.EventName,
            metadata.Version,
            condition.State,
            condition.Reason,
            [.. selectors.Where(s => s is { Source: EventSelector.Tracee, AnyName: false }).Select(s => s.Name).Distinct().Order(StringComparer.Ordinal)],
            counts.Evaluations,
            counts.Findings,
            counts.Suppressed,
            counts.Errors,
            counts.NanosecondsPerEvent)
        {
            Lookups = counts.Lookups.Totals,
        };
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
            return (counts.AddError(), _recentFaults >= EvaluationLimits.Faults);
        }
    }

    private sealed record Condition(SignatureState State, string Reason);
}
