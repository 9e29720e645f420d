namespace TraceeMesh.MessagePack;

/// <summary>Where the parts of an event are in an <see cref="EventWriter"/> that become known later than the event itself.</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="Flags">Its flags, one byte.</param>
/// <param name="EnrichmentFrom">Container name to enrichment.</param>
/// <param name="EnrichmentTo">Behind them.</param>
public readonly record struct EventPlaces(int Start, int Flags, int EnrichmentFrom, int EnrichmentTo);
