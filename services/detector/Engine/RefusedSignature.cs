using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Engine;

/// <summary>A signature that was not loaded.</summary>
/// <param name="Create">What was to make it.</param>
/// <param name="Metadata">Who it is; null where it could not even say that.</param>
/// <param name="Reason">Why it was not.</param>
public sealed record RefusedSignature(Func<Signature> Create, SignatureMetadata? Metadata, string Reason);
