namespace TraceeMesh.Contracts;

/// <summary>Which partition an event is judged in (protocol.md section 3).</summary>
public static class Partitioning
{
    /// <summary>How many partitions there are.</summary>
    public const int Partitions = 16;

    /// <summary>partition = (hash(node) + hash(key) mod spread) mod partitions.</summary>
    /// <param name="nodeHash"><see cref="Hash.Of"/> of the node's name.</param>
    /// <param name="key">Hash of the container id; on the host the session root's entity id; 0 unknown.</param>
    /// <param name="spread">Over how many partitions one node spreads, a power of two.</param>
    public static int Of(ulong nodeHash, ulong key, int spread) =>
        (int)(((nodeHash % Partitions) + (Hash.Mix(key) % (ulong)spread)) % Partitions);
}
