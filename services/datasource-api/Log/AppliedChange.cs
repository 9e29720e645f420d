namespace TraceeMesh.DataSourceApi.Log;

/// <summary>A change of the entries.</summary>
/// <param name="Revision">Sequence of the record that made it.</param>
/// <param name="Operation">What it did.</param>
/// <param name="Key">The key, encoded; never written to again.</param>
/// <param name="Value">The value, encoded; never written to again.</param>
public readonly record struct AppliedChange(long Revision, WriteOperation Operation, byte[] Key, byte[] Value);
