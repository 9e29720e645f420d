namespace TraceeMesh.DataSourceApi.Log;

/// <summary>Some items of a write, encoded, that fit into one record.</summary>
/// <param name="Bytes">The items, one behind the other, without a head.</param>
/// <param name="Count">How many they are.</param>
public readonly record struct ItemSegment(ReadOnlyMemory<byte> Bytes, int Count);

/// <summary>A write on its way into the log.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Segments">Its items: in one segment if they fit into one record.</param>
/// <param name="IsAtomic">Whether all of them are applied or none.</param>
public sealed record PendingWrite(Guid Id, IReadOnlyList<ItemSegment> Segments, bool IsAtomic)
{
    /// <summary>The key, where there is one item: two writes of one key never share a record, so that each revision of a key is of one write.</summary>
    public ReadOnlyMemory<byte> OnlyKey { get; init; }

    /// <summary>Whether its id was chosen by the client, who may send it again: the stream must know it by that id.</summary>
    public bool IsRepeatable { get; init; }
}
