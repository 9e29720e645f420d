using TraceeMesh.Detector.Lookups;

namespace TraceeMesh.Detector.Engine;

/// <summary>What is counted of a signature over all partitions of this detector; it outlives a change of the signature's settings.</summary>
public sealed class SignatureCounts
{
    private long _evaluations;
    private long _findings;
    private long _suppressed;
    private long _errors;
    private long _timed;
    private long _timedNanoseconds;

    /// <summary>Events handed to it.</summary>
    public long Evaluations => Interlocked.Read(ref _evaluations);

    /// <summary>Findings taken from it.</summary>
    public long Findings => Interlocked.Read(ref _findings);

    /// <summary>Findings that an exception of the operator kept back.</summary>
    public long Suppressed => Interlocked.Read(ref _suppressed);

    /// <summary>Its faults: exceptions that left it, and evaluations that allocated too much.</summary>
    public long Errors => Interlocked.Read(ref _errors);

    /// <summary>What it asked data sources.</summary>
    public LookupCounts Lookups { get; } = new();

    /// <summary>What an event costs it until it first waits; 0 while none was timed.</summary>
    public long NanosecondsPerEvent => Interlocked.Read(ref _timed) is var timed and > 0 ? Interlocked.Read(ref _timedNanoseconds) / timed : 0;

    /// <summary>Enters what one partition counted.</summary>
    public void Add(long evaluations, long findings, long timed, long timedNanoseconds)
    {
        Interlocked.Add(ref _evaluations, evaluations);
        Interlocked.Add(ref _findings, findings);
        Interlocked.Add(ref _timed, timed);
        Interlocked.Add(ref _timedNanoseconds, timedNanoseconds);
    }

    /// <summary>Counts a fault.</summary>
    /// <returns>How many there were.</returns>
    public long AddError() => Interlocked.Increment(ref _errors);

    /// <summary>Counts a finding kept back.</summary>
    public void AddSuppressed() => Interlocked.Increment(ref _suppressed);
}
