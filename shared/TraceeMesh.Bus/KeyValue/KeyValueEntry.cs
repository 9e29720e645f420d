namespace TraceeMesh.Bus;

/// <summary>The last value of a key, or the mark that it was deleted.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value, owned by this object; empty when deleted.</param>
/// <param name="Revision">The write it comes from, ascending over the whole bucket.</param>
/// <param name="Created">When it was written.</param>
/// <param name="IsDeleted">Whether it marks a deletion.</param>
public sealed record KeyValueEntry(string Key, ReadOnlyMemory<byte> Value, long Revision, DateTimeOffset Created, bool IsDeleted);
