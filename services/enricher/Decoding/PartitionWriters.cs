using TraceeMesh.Contracts;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Enricher.Decoding;

/// <summary>The events of one raw frame, by partition. Reused from frame to frame.</summary>
public sealed class PartitionWriters : IDisposable
{
    private readonly EventWriter?[] _writers = new EventWriter?[Partitioning.Partitions];

    /// <summary>The writer of a partition.</summary>
    public EventWriter this[int partition] => _writers[partition] ??= new EventWriter();

    /// <summary>How many events a partition got.</summary>
    public int CountOf(int partition) => _writers[partition]?.Count ?? 0;

    /// <summary>Starts over.</summary>
    public void Reset()
    {
        foreach (var writer in _writers)
        {
            writer?.Reset();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var writer in _writers)
        {
            writer?.Dispose();
        }
    }
}
