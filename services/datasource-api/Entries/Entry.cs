namespace TraceeMesh.DataSourceApi.Entries;

/// <summary>A key and what was last written under it.</summary>
/// <param name="key">The key, encoded.</param>
public sealed class Entry(byte[] key)
{
    /// <summary>The key, encoded.</summary>
    public byte[] Key => key;

    /// <summary>What a lookup answers, encoded: a map.</summary>
    public byte[] Value { get; internal set; } = [];

    /// <summary>Sequence of the record of the log that wrote it.</summary>
    public long Revision { get; internal set; }

    /// <summary>When the log stored that record, ns since the epoch.</summary>
    public long Time { get; internal set; }

    internal Entry? Older { get; set; }

    internal Entry? Newer { get; set; }
}
