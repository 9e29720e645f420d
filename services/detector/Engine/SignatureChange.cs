namespace TraceeMesh.Detector.Engine;

/// <summary>What came of a change of signatures.</summary>
/// <param name="Added">Those loaded.</param>
/// <param name="Refused">Those that were not, in the order they were given.</param>
public sealed record SignatureChange(IReadOnlyList<LoadedSignature> Added, IReadOnlyList<RefusedSignature> Refused);
