namespace TraceeMesh.Enricher.Containers.Runtimes.Docker;

/// <summary>A reply of the engine: a value, or why there is none.</summary>
/// <param name="Value">The value.</param>
/// <param name="Failure">Why there is none.</param>
internal readonly record struct EngineReply<T>(T? Value, RuntimeAnswer? Failure)
    where T : class;
