using TraceeMesh.Contracts;
using TraceeMesh.DataSourceApi.Sources;
using TraceeMesh.MessagePack;

namespace TraceeMesh.DataSourceApi.Log;

/// <summary>Collects the items of a write, encoded, in segments that each fit into one record of the log.</summary>
/// <param name="types">What the source takes.</param>
public sealed class WriteBuilder(IPairTypes types) : IDisposable
{
    private readonly List<ItemSegment> _segments = [];
    private readonly MessagePackWriter _items = new();
    private readonly MessagePackWriter _key = new();
    private readonly MessagePackWriter _value = new();
    private int _count;
    private long _closedBytes;

    /// <summary>Bytes collected.</summary>
    public long Bytes => _closedBytes + _items.Length;

    /// <summary>Items collected.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a pair to put, unless the source does not take it.</summary>
    public PairFault Put(DataValue key, DataValue value, long expected = LogFormat.AnyRevision)
    {
        _key.Reset();
        _value.Reset();
        if (!types.TryWriteKey(_key, key))
        {
            return PairFault.Key;
        }

        if (!types.TryWriteValue(_value, key, value))
        {
            return PairFault.Value;
        }

        Add(WriteOperation.Put, _key.WrittenSpan, _value.WrittenSpan, expected);
        return PairFault.None;
    }

    /// <summary>Adds a key to remove, unless the source does not take it.</summary>
    public PairFault Delete(DataValue key, long expected = LogFormat.AnyRevision)
    {
        _key.Reset();
        if (!types.TryWriteKey(_key, key))
        {
            return PairFault.Key;
        }

        Add(WriteOperation.Delete, _key.WrittenSpan, [], expected);
        return PairFault.None;
    }

    /// <summary>Adds the removal of everything.</summary>
    public void Clear() => Add(WriteOperation.Clear, [], [], LogFormat.AnyRevision);

    /// <summary>The write.</summary>
    /// <param name="atomic">Whether all items are applied or none.</param>
    /// <param name="id">Its id, where the client chose one.</param>
    public PendingWrite Build(bool atomic, Guid? id = null)
    {
        Close();
        return new PendingWrite(id ?? Guid.NewGuid(), _segments, atomic)
        {
            OnlyKey = Count == 1 ? _key.WrittenSpan.ToArray() : default,
            IsRepeatable = id is not null,
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _items.Dispose();
        _key.Dispose();
        _value.Dispose();
    }

    private void Add(WriteOperation operation, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long expected)
    {
        LogFormat.WriteItem(_items, operation, key, value, expected);
        _count++;
        Count++;
        if (_items.Length >= LogFormat.SegmentBytes)
        {
            Close();
        }
    }

    private void Close()
    {
        if (_count > 0)
        {
            _segments.Add(new ItemSegment(_items.WrittenSpan.ToArray(), _count));
            _closedBytes += _items.Length;
            _items.Reset();
            _count = 0;
        }
    }
}
