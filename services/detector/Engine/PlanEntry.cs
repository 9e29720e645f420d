namespace TraceeMesh.Detector.Engine;

/// <summary>A signature that wants events of one kind and origin.</summary>
/// <param name="Signature">The signature.</param>
/// <param name="Alternatives">Its selectors' tests, by number: it wants an event that passes all of one alternative; null where it wants every event.</param>
public readonly record struct PlanEntry(SignatureInstance Signature, int[][]? Alternatives);
