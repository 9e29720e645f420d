namespace TraceeMesh.DataSourceApi.Log;

/// <summary>What one item of a write does, by its number in the log.</summary>
public enum WriteOperation
{
    /// <summary>Puts a value under a key.</summary>
    Put = 0,

    /// <summary>Removes a key.</summary>
    Delete = 1,

    /// <summary>Removes all keys.</summary>
    Clear = 2,
}

/// <summary>What became of an item.</summary>
public enum ItemStatus
{
    /// <summary>It was applied.</summary>
    Applied = 0,

    /// <summary>The key did not have the revision that the item expects.</summary>
    Conflict = 1,

    /// <summary>The source is full.</summary>
    Full = 2,
}

/// <summary>What became of a write.</summary>
/// <param name="Revision">Sequence of the record that made it visible.</param>
/// <param name="IsAborted">Whether it was dropped whole, since its parts took too long or are incomplete.</param>
/// <param name="Items">What became of each item; empty where all were applied.</param>
public sealed record WriteOutcome(long Revision, bool IsAborted, IReadOnlyList<ItemStatus> Items)
{
    /// <summary>Whether every item was applied.</summary>
    public bool IsComplete => !IsAborted && Items.Count == 0;
}
