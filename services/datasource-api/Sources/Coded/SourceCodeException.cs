namespace TraceeMesh.DataSourceApi.Sources.Coded;

/// <summary>The code of a source failed.</summary>
/// <param name="source">Namespace and id of the source.</param>
/// <param name="inner">What it threw.</param>
public sealed class SourceCodeException(string source, Exception inner) : Exception($"{source} failed: {inner.GetType().Name}: {inner.Message}", inner);
