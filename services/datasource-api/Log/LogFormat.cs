using TraceeMesh.Contracts;
using TraceeMesh.DataSourceApi.Sources;
using TraceeMesh.MessagePack;

namespace TraceeMesh.DataSourceApi.Log;

/// <summary>
/// The records of a log as they travel. An item is <c>[operation, key, value, expected revision]</c>; -1 expects nothing, 0 that the
/// key is not there. Readers are total: what they cannot read they name, and it is skipped and counted, alike in every replica.
/// </summary>
public static class LogFormat
{
    /// <summary>Version of the format.</summary>
    public const int Version = 1;

    /// <summary>Bytes of a record at most .</summary>
    public const int RecordBytes = 256 * 1024;

    /// <summary>
    /// A segment of items is closed once it has so many bytes: with one more pair of the largest size it still is a record, and segments of
    /// small pairs stay below what the runtime collects only with everything else (85 000 bytes).
    /// </summary>
    public const int SegmentBytes = 64 * 1024;

    /// <summary>Bytes of a write's id.</summary>
    public const int IdBytes = 16;

    /// <summary>Nothing is expected of the revision of the key.</summary>
    public const long AnyRevision = -1;

    /// <summary>Begins a record.</summary>
    public static void WriteHead(MessagePackWriter writer, LogRecordKind kind, int fields)
    {
        writer.WriteArrayHeader(2 + fields);
        writer.WriteInt(Version);
        writer.WriteInt((int)kind);
    }

    /// <summary>Writes the id of a write.</summary>
    public static void WriteId(MessagePackWriter writer, Guid id)
    {
        Span<byte> bytes = stackalloc byte[IdBytes];
        id.TryWriteBytes(bytes);
        writer.WriteBytes(bytes);
    }

    /// <summary>Writes an item whose key and value are encoded already.</summary>
    public static void WriteItem(MessagePackWriter writer, WriteOperation operation, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long expected)
    {
        writer.WriteArrayHeader(4);
        writer.WriteInt((int)operation);
        WriteRawOrNil(writer, key);
        WriteRawOrNil(writer, value);
        writer.WriteInt(expected);
    }

    /// <summary>A record of one or several writes whose items are encoded already.</summary>
    public static void WriteWrites(MessagePackWriter writer, IReadOnlyList<PendingWrite> writes)
    {
        WriteHead(writer, LogRecordKind.Writes, 1);
        writer.WriteArrayHeader(writes.Count);
        for (var i = 0; i < writes.Count; i++)
        {
            writer.WriteArrayHeader(3);
            WriteId(writer, writes[i].Id);
            writer.WriteBool(writes[i].IsAtomic);
            WriteItems(writer, writes[i].Segments[0]);
        }
    }

    /// <summary>A part of a large write.</summary>
    public static void WritePart(MessagePackWriter writer, Guid id, int index, ItemSegment items)
    {
        WriteHead(writer, LogRecordKind.Part, 3);
        WriteId(writer, id);
        writer.WriteInt(index);
        WriteItems(writer, items);
    }

    /// <summary>Makes the parts of a write visible.</summary>
    public static void WriteCommit(MessagePackWriter writer, Guid id, int parts, ulong checksum, bool atomic)
    {
        WriteHead(writer, LogRecordKind.Commit, 4);
        WriteId(writer, id);
        writer.WriteInt(parts);
        writer.WriteUInt(checksum);
        writer.WriteBool(atomic);
    }

    /// <summary>Drops the parts of a write.</summary>
    public static void WriteAbort(MessagePackWriter writer, Guid id)
    {
        WriteHead(writer, LogRecordKind.Abort, 1);
        WriteId(writer, id);
    }

    /// <summary>Writes items as the array that they are.</summary>
    public static void WriteItems(MessagePackWriter writer, ItemSegment items)
    {
        writer.WriteArrayHeader(items.Count);
        writer.WriteRaw(items.Bytes.Span);
    }

    /// <summary>Reads the head of a record.</summary>
    public static bool TryReadHead(ref MessagePackReader reader, out LogRecordKind kind)
    {
        kind = default;
        if (!reader.TryReadArrayHeader(out var fields) || fields < 3 || !reader.TryReadInt32(out var version) || version != Version || !reader.TryReadInt32(out var number))
        {
            return false;
        }

        kind = (LogRecordKind)number;
        return true;
    }

    /// <summary>Reads the id of a write.</summary>
    public static bool TryReadId(ref MessagePackReader reader, out Guid id)
    {
        id = default;
        if (!reader.TryReadBytes(out var bytes) || bytes.Length != IdBytes)
        {
            return false;
        }

        id = new Guid(bytes);
        return true;
    }

    /// <summary>Reads an item; key and value stay encoded.</summary>
    /// <param name="message">What the reader reads.</param>
    /// <param name="reader">The reader, before the item.</param>
    /// <param name="item">The item.</param>
    public static bool TryReadItem(ReadOnlySpan<byte> message, ref MessagePackReader reader, out LogItem item)
    {
        item = default;
        if (!reader.TryReadArrayHeader(out var fields) || fields != 4
            || !reader.TryReadInt32(out var operation) || operation is < 0 or > (int)WriteOperation.Clear
            || !TryReadRaw(message, ref reader, out var key)
            || !TryReadRaw(message, ref reader, out var value)
            || !reader.TryReadInt(out var expected))
        {
            return false;
        }

        item = new LogItem((WriteOperation)operation, key, value, expected);
        return true;
    }

    /// <summary>Reads one value without looking into it.</summary>
    public static bool TryReadRaw(ReadOnlySpan<byte> message, ref MessagePackReader reader, out ReadOnlySpan<byte> raw)
    {
        var start = reader.Position;
        var ok = reader.TrySkip();
        raw = ok ? message[start..reader.Position] : default;
        return ok;
    }

    /// <summary>What a commit proves of its parts: the hash of their items, in order.</summary>
    public static ulong Checksum(ulong before, ReadOnlySpan<byte> items) => Hash.Of(items, before);

    private static void WriteRawOrNil(MessagePackWriter writer, ReadOnlySpan<byte> raw)
    {
        if (raw.IsEmpty)
        {
            writer.WriteNil();
        }
        else
        {
            writer.WriteRaw(raw);
        }
    }
}

/// <summary>One item of a write, in the message that it came with.</summary>
/// <param name="operation">What it does.</param>
/// <param name="key">The key, encoded.</param>
/// <param name="value">The value, encoded.</param>
/// <param name="expected">The revision that the key must have.</param>
public readonly ref struct LogItem(WriteOperation operation, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long expected)
{
    /// <summary>What it does.</summary>
    public WriteOperation Operation { get; } = operation;

    /// <summary>The key, encoded.</summary>
    public ReadOnlySpan<byte> Key { get; } = key;

    /// <summary>The value, encoded.</summary>
    public ReadOnlySpan<byte> Value { get; } = value;

    /// <summary>The revision that the key must have: -1 any, 0 none.</summary>
    public long Expected { get; } = expected;
}
