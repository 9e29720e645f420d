namespace TraceeMesh.DataSourceApi.Sources;

/// <summary>What a full source does with one more key.</summary>
public enum Eviction
{
    /// <summary><c>refuse</c>: the write is refused.</summary>
    Refuse,

    /// <summary><c>least_recently_used</c>: the key that was not written for the longest time makes room. Reads do not count: each is answered by one replica, and replicas stay alike.</summary>
    LeastRecentlyUsed,
}
