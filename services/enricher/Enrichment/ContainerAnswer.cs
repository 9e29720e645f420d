using TraceeMesh.Enricher.Containers;

namespace TraceeMesh.Enricher.Enrichment;

/// <summary>What became known of a container.</summary>
/// <param name="Container">The container.</param>
/// <param name="State">How far.</param>
/// <param name="Facts">What; null unless <paramref name="State"/> is complete.</param>
public readonly record struct ContainerAnswer(Container Container, EnrichmentState State, ContainerFacts? Facts);
