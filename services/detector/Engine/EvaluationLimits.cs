namespace TraceeMesh.Detector.Engine;

/// <summary>
/// What a signature may cost. The watch looks <see cref="Looks"/> times within a limit, and what a thread waits for a CPU does not
/// count: a machine that stands still, or has too much to do, is nobody's fault.
/// </summary>
public sealed record EvaluationLimits
{
    /// <summary>Findings of one signature for one event; further ones are refused and counted.</summary>
    public const int FindingsPerEvent = 100;

    /// <summary>Questions of one signature for one event that its findings carry; further ones are answered and not carried.</summary>
    public const int LookupsCarried = 100;

    /// <summary>How deep findings of findings are judged; those of the last depth are stored and no signature sees them.</summary>
    public const int ChainDepth = 3;

    /// <summary>Faults after which a signature is disabled, if none is more than <see cref="FaultsApart"/> evaluations after the one before.</summary>
    public const int Faults = 32;

    /// <summary>See <see cref="Faults"/>.</summary>
    public const int FaultsApart = 1000;

    /// <summary>Judgements left behind in signatures that did not come back; beyond it the detector starts anew without the culprits.</summary>
    public const int LeftBehind = 2;

    /// <summary>How often the watch looks within a limit.</summary>
    public const int Looks = 5;

    /// <summary>How long a signature may take for one event while it waits for no lookup: a partition goes on without it within a second.</summary>
    public TimeSpan Evaluation { get; init; } = TimeSpan.FromMilliseconds(750);

    /// <summary>How long it may take for one event with lookups, or for its initialisation: four lookups that use up their deadlines.</summary>
    public TimeSpan WithLookups { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Bytes it may allocate for one event before it first waits; more is a fault.</summary>
    public long AllocatedBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Bytes of the heap at which a signature that does not come back makes the detector start anew at once.</summary>
    public long HeapBytes { get; init; } = 1L << 30;
}
