using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Engine;

/// <summary>A signature as loaded, shared by all partitions; each of them judges with an object of its own.</summary>
/// <param name="Create">Makes an object of it.</param>
/// <param name="Metadata">Who it is.</param>
/// <param name="Selectors">The events it wants, those without a source left out.</param>
/// <param name="WantsEnvironment">Whether it reads the environment of execs.</param>
/// <param name="EventId">Number of the event that its findings are.</param>
public sealed record LoadedSignature(
    Func<Signature> Create,
    SignatureMetadata Metadata,
    IReadOnlyList<EventSelector> Selectors,
    bool WantsEnvironment,
    int EventId)
{
    private volatile Condition _condition = new(SignatureState.Running, "");
    private long _errors;

    /// <summary>Whether it sees events.</summary>
    public SignatureState State => _condition.State;

    /// <summary>Why not.</summary>
    public string Reason => _condition.Reason;

    /// <summary>Exceptions that left it.</summary>
    public long Errors => Interlocked.Read(ref _errors);

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

    /// <summary>Counts an exception.</summary>
    /// <returns>How many there were.</returns>
    public long CountError() => Interlocked.Increment(ref _errors);

    private sealed record Condition(SignatureState State, string Reason);
}
