namespace TraceeMesh.Contracts.Mesh;

/// <summary>A signature over all detectors.</summary>
/// <param name="Id">Its id.</param>
/// <param name="EventName">Name of the event that its findings are.</param>
/// <param name="Version">Its version.</param>
/// <param name="State">running, waiting, disabled or failed: where detectors disagree, the one that is furthest from running.</param>
/// <param name="Reason">Why; of one that runs, what was kept back of its findings.</param>
/// <param name="UnavailableEvents">Events that it selects and that a kernel of the mesh, or every kernel, cannot give.</param>
/// <param name="Evaluations">Events handed to it.</param>
/// <param name="Findings">Findings taken from it.</param>
/// <param name="Errors">Its faults.</param>
/// <param name="NsPerEvent">What an event costs it.</param>
/// <param name="Lookups">What it asked data sources.</param>
public sealed record SignatureRow(
    string Id,
    string EventName,
    string Version,
    string State,
    string Reason,
    IReadOnlyList<string> UnavailableEvents,
    long Evaluations,
    long Findings,
    long Errors,
    long NsPerEvent,
    LookupTotals Lookups);
