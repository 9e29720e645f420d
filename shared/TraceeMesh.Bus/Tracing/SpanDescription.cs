namespace TraceeMesh.Bus;

/// <summary>What is to be known of a span.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Service">The service that makes it.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Meaning">What it spans.</param>
/// <param name="Tags">Its attributes.</param>
public sealed record SpanDescription(string Name, string Service, string Kind, string Meaning, IReadOnlyList<string> Tags);
