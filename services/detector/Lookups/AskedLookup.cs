using TraceeMesh.Contracts.Lookups;

namespace TraceeMesh.Detector.Lookups;

/// <summary>A question that a signature asked for the event it judges, with its answer; findings carry them.</summary>
/// <param name="Namespace">Namespace of the source.</param>
/// <param name="Id">Id of the source.</param>
/// <param name="Key">The key.</param>
/// <param name="Result">The answer.</param>
public readonly record struct AskedLookup(string Namespace, string Id, LookupKey Key, LookupResult Result);
