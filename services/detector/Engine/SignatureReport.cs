namespace TraceeMesh.Detector.Engine;

/// <summary>What is known of a signature now, over all partitions of this detector.</summary>
/// <param name="Id">Its id.</param>
/// <param name="EventName">Name of the event that its findings are.</param>
/// <param name="Version">Its version.</param>
/// <param name="State">Whether it sees events.</param>
/// <param name="Reason">Why not; empty when it does.</param>
/// <param name="Evaluations">Events handed to it; those that its filters kept away are none.</param>
/// <param name="Findings">Findings taken from it.</param>
/// <param name="Errors">Its faults.</param>
/// <param name="NanosecondsPerEvent">What an event costs it until it first waits, from one in 64; 0 while none was timed.</param>
public sealed record SignatureReport(
    string Id,
    string EventName,
    string Version,
    SignatureState State,
    string Reason,
    long Evaluations,
    long Findings,
    long Errors,
    long NanosecondsPerEvent);
