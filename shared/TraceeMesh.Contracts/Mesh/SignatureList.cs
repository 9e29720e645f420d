namespace TraceeMesh.Contracts.Mesh;

/// <summary>The answer of one detector to an empty request on <c>tracee.signatures</c>, JSON. Every detector answers.</summary>
/// <param name="Instance">The detector.</param>
/// <param name="Signatures">Its signatures, and what it could not load.</param>
public sealed record SignatureList(string Instance, IReadOnlyList<SignatureStatus> Signatures)
{
    /// <summary>Characters of a reason; the rest of it is in the detector's log.</summary>
    public const int ReasonLength = 512;
}
