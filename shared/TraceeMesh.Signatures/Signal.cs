namespace TraceeMesh.Signatures;

/// <summary>Something other than an event that a signature is told.</summary>
/// <example><code>if (signal is SourceComplete { Source: "tracee" }) Flush();</code></example>
public abstract record Signal;

/// <summary>No more events will come from a source.</summary>
/// <param name="Source">The source, as selectors name it.</param>
/// <example><code>if (signal is SourceComplete { Source: "tracee" }) Flush();</code></example>
public sealed record SourceComplete(string Source) : Signal;
