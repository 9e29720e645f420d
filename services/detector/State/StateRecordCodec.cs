using System.Text;
using TraceeMesh.Contracts;
using TraceeMesh.MessagePack;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.State;

/// <summary>A <see cref="StateRecord"/> as MessagePack (docs/wire.md).</summary>
public static class StateRecordCodec
{
    /// <summary>Version of the format.</summary>
    public const int Version = 1;

    private const int Fields = 6;
    private const int EntryFields = 3;

    /// <summary>Writes a record.</summary>
    public static void Write(MessagePackWriter writer, StateRecord record)
    {
        writer.WriteArrayHeader(Fields);
        writer.WriteInt(Version);
        writer.WriteInt(record.Fence);
        writer.WriteText(record.StreamCreated);
        writer.WriteInt(record.Sequence);
        writer.WriteInt(record.ColdUntil);
        writer.WriteMapHeader(record.Signatures.Count);
        foreach (var (signature, entries) in record.Signatures)
        {
            writer.WriteText(signature);
            writer.WriteArrayHeader(entries.Count);
            foreach (var (key, value, expires) in entries)
            {
                writer.WriteArrayHeader(EntryFields);
                writer.WriteText(key);
                DataValueCodec.Write(writer, value);
                writer.WriteInt(expires);
            }
        }
    }

    /// <summary>Reads a record; null where it is none, or of another version.</summary>
    public static StateRecord? TryRead(ReadOnlySpan<byte> bytes)
    {
        var reader = new MessagePackReader(bytes);
        if (!reader.TryReadArrayHeader(out var fields) || fields != Fields
            || !reader.TryReadInt(out var version) || version != Version
            || !reader.TryReadInt(out var fence)
            || !reader.TryReadText(out var streamCreated)
            || !reader.TryReadInt(out var sequence)
            || !reader.TryReadInt(out var coldUntil)
            || !reader.TryReadMapHeader(out var count))
        {
            return null;
        }

        var created = Encoding.UTF8.GetString(streamCreated);
        var signatures = new List<KeyValuePair<string, IReadOnlyList<(string, DataValue, long)>>>();
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadText(out var signature) || signature.Length > Limits.NameBytes || !TryReadEntries(ref reader, out var entries))
            {
                return null;
            }

            signatures.Add(new(Encoding.UTF8.GetString(signature), entries));
        }

        return new StateRecord { Fence = fence, StreamCreated = created, Sequence = sequence, ColdUntil = coldUntil, Signatures = signatures };
    }

    private static bool TryReadEntries(ref MessagePackReader reader, out List<(string Key, DataValue Value, long Expires)> entries)
    {
        entries = [];
        if (!reader.TryReadArrayHeader(out var count) || count > StateLimits.Entries)
        {
            return false;
        }

        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadArrayHeader(out var fields) || fields != EntryFields
                || !reader.TryReadText(out var key) || key.Length > StateLimits.KeyBytes
                || !DataValueCodec.TryRead(ref reader, out var value)
                || !reader.TryReadInt(out var expires))
            {
                return false;
            }

            entries.Add((Encoding.UTF8.GetString(key), value, expires));
        }

        return true;
    }
}
