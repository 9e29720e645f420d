namespace TraceeMesh.Signatures;

/// <summary>Something other than an event that a signature is told.</summary>
public abstract record Signal;

/// <summary>No more events will come from a source.</summary>
/// <param name="Source">The source, as selectors name it.</param>
public sealed record SourceComplete(string Source) : Signal;
