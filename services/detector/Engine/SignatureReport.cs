using TraceeMesh.Contracts.Mesh;

namespace TraceeMesh.Detector.Engine;

/// <summary>What is known of a signature now, over all partitions of this detector.</summary>
/// <param name="Id">Its id.</param>
/// <param name="EventName">Name of the event that its findings are.</param>
/// <param name="Version">Its version.</param>
/// <param name="State">Whether it sees events.</param>
/// <param name="Reason">Why not; empty when it does.</param>
/// <param name="Events">Names of the mesh's own events that it selects by name.</param>
/// <param name="Evaluations">Events handed to it; those that its filters kept away are none.</param>
/// <param name="Findings">Findings taken from it.</param>
/// <param name="Suppressed">Findings that an exception of the operator kept back.</param>
/// <param name="Errors">Its faults.</param>
/// <param name="NanosecondsPerEvent">What an event costs it until it first waits, from one in 64; 0 while none was timed.</param>
public sealed record SignatureReport(
    string Id,
    string EventName,
    string Version,
    SignatureState State,
    string Reason,
    IReadOnlyList<string> Events,
    long Evaluations,
    long Findings,
    long Suppressed,
    long Errors,
    long NanosecondsPerEvent)
{
    /// <summary>What it asked data sources.</summary>
    public LookupTotals Lookups { get; init; }

    /// <summary>One that is not loaded.</summary>
    /// <param name="id">Its id, or what it was to come from.</param>
    /// <param name="eventName">Name of the event that its findings would be.</param>
    /// <param name="version">Its version.</param>
    /// <param name="reason">Why it is not.</param>
    public static SignatureReport Failed(string id, string eventName, string version, string reason) =>
        new(id, eventName, version, SignatureState.Failed, reason, [], 0, 0, 0, 0, 0);
}
