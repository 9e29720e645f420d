using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.DataSourceApi.Entries;
using TraceeMesh.MessagePack;

namespace TraceeMesh.DataSourceApi.Log;

/// <summary>What makes a snapshot whole.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Parts">How many parts it has.</param>
/// <param name="Checksum">Hash of their entries, in order.</param>
/// <param name="FirstPart">Sequence of the first part in the stream of snapshots.</param>
/// <param name="AsOf">The last record of the log that is in it.</param>
/// <param name="ReplayFrom">The first record of the log that is still needed.</param>
/// <param name="Evicted">Entries that had made room for others.</param>
public sealed record SnapshotCommit(Guid Id, int Parts, ulong Checksum, long FirstPart, long AsOf, long ReplayFrom, long Evicted);

/// <summary>One entry as a snapshot holds it.</summary>
/// <param name="Key">The key, encoded.</param>
/// <param name="Value">The value, encoded.</param>
/// <param name="Revision">Its revision.</param>
/// <param name="Time">When it was written, ns since the epoch.</param>
public readonly record struct SnapshotEntry(byte[] Key, byte[] Value, long Revision, long Time);

/// <summary>
/// Snapshots of a source: parts, and a record that makes them whole. That record is stored only if no other has been since its writer
/// began: of several replicas that write one at a time, one succeeds, and only it removes what is no longer needed.
/// </summary>
/// <param name="jetStream">The streams.</param>
/// <param name="subjects">The subjects in force.</param>
/// <param name="source">Namespace and id of the source.</param>
/// <param name="store">Stores records.</param>
public sealed class SnapshotStore(JetStream jetStream, Subjects subjects, (string Namespace, string Id) source, LogStore store)
{
    private const string ExpectedLastSubjectSequence = "Nats-Expected-Last-Subject-Sequence";

    private readonly StreamDefinition _log = new StreamTable(subjects).WriteLog(source.Namespace, source.Id);
    private readonly StreamDefinition _stream = new StreamTable(subjects).Snapshots(source.Namespace, source.Id);
    private readonly string _parts = subjects.SnapshotParts(source.Namespace, source.Id);
    private readonly string _commits = subjects.SnapshotCommits(source.Namespace, source.Id);

    /// <summary>The last whole snapshot and the sequence of the record that says so; null where there is none.</summary>
    public async Task<(SnapshotCommit Commit, long Sequence)?> FindAsync(CancellationToken cancellation)
    {
        if (await jetStream.GetLastMessageAsync(_stream.Name, _commits, cancellation) is not { } message)
        {
            return null;
        }

        return TryReadCommit(message.Payload.Span, out var commit)
            ? (commit, message.Sequence)
            : throw new InvalidDataException($"record {message.Sequence} of stream {_stream.Name} is no snapshot's end: it was written by another version, or the stream is damaged");
    }

    /// <summary>Reads the parts of a snapshot into the entries; false where they are no longer all there, since a newer one has been written.</summary>
    public async Task<bool> ReadAsync(SnapshotCommit commit, EntryTable entries, CancellationToken cancellation)
    {
        entries.Reset(commit.Evicted);
        if (commit.Parts == 0)
        {
            return true;
        }

        await using var reader = await jetStream.CreateConsumerAsync(
            new ConsumerDefinition(_stream.Name) { FilterSubject = _parts, Start = ConsumerStart.AtSequence(commit.FirstPart) }, cancellation: cancellation);
        var checksum = 0UL;
        for (var index = 0; index < commit.Parts;)
        {
            if (reader.Created.Pending == 0 && reader.LastStreamSequence == 0)
            {
                return false;
            }

            var result = await reader.ReadAsync(cancellation);
            if (result.Message is not { } message)
            {
                return false;
            }

            using (message)
            {
                var (mine, whole) = ReadPart(message.Payload, commit.Id, index, entries, ref checksum);
                if (mine && !whole)
                {
                    return false;
                }

                index += mine ? 1 : 0;
                if (message.Metadata.Pending == 0 && index < commit.Parts)
                {
                    return false;
                }
            }
        }

        return checksum == commit.Checksum;
    }

    /// <summary>Writes a snapshot and removes what it makes needless; false where another replica was faster.</summary>
    public async Task<bool> WriteAsync(IReadOnlyList<SnapshotEntry> entries, long asOf, long replayFrom, long evicted, long lastCommit, CancellationToken cancellation)
    {
        var id = Guid.NewGuid();
        var (parts, checksum, first) = (0, 0UL, 0L);
        using var body = new MessagePackWriter();
        using var record = new MessagePackWriter();
        for (var from = 0; from < entries.Count;)
        {
            body.Reset();
            var count = 0;
            while (from + count < entries.Count && body.Length < LogFormat.SegmentBytes)
            {
                WriteEntry(body, entries[from + count++]);
            }

            record.Reset();
            LogFormat.WriteHead(record, LogRecordKind.SnapshotPart, 3);
            LogFormat.WriteId(record, id);
            record.WriteInt(parts);
            var start = record.Length;
            record.WriteArrayHeader(count);
            record.WriteRaw(body.WrittenSpan);
            checksum = LogFormat.Checksum(checksum, record.WrittenSpan[start..]);
            var ack = await store.StoreAsync(_parts, record.WrittenMemory, $"{id:N}.{parts}", cancellation);
            first = parts++ == 0 ? ack.Sequence : first;
            from += count;
        }

        record.Reset();
        WriteCommit(record, new SnapshotCommit(id, parts, checksum, first, asOf, replayFrom, evicted));
        var commit = await jetStream.PublishAsync(_commits, record.WrittenSpan, $"{id:N}", BusHeaders.MessagePack.With(ExpectedLastSubjectSequence, $"{lastCommit}"), cancellation);
        if (!commit.IsStored)
        {
            return false;
        }

        // Only now: until the record above is stored, the snapshot before and the log behind it are what there is.
        await jetStream.PurgeStreamAsync(_log.Name, belowSequence: replayFrom, cancellation: cancellation);
        await jetStream.PurgeStreamAsync(_stream.Name, _parts, parts == 0 ? commit.Sequence : first, cancellation);
        await jetStream.PurgeStreamAsync(_stream.Name, _commits, commit.Sequence, cancellation);
        return true;
    }

    private static (bool Mine, bool Whole) ReadPart(ReadOnlyMemory<byte> part, Guid id, int index, EntryTable entries, ref ulong checksum) =>
        ReadPart(part.Span, id, index, entries, ref checksum);

    private static (bool Mine, bool Whole) ReadPart(ReadOnlySpan<byte> part, Guid id, int index, EntryTable entries, ref ulong checksum)
    {
        var reader = new MessagePackReader(part);
        if (!LogFormat.TryReadHead(ref reader, out var kind) || kind != LogRecordKind.SnapshotPart || !LogFormat.TryReadId(ref reader, out var of) || of != id)
        {
            return (false, false);
        }

        if (!reader.TryReadInt32(out var number) || number != index || !LogFormat.TryReadRaw(part, ref reader, out var items))
        {
            return (true, false);
        }

        checksum = LogFormat.Checksum(checksum, items);
        var item = new MessagePackReader(items);
        if (!item.TryReadArrayHeader(out var count))
        {
            return (true, false);
        }

        for (var i = 0; i < count; i++)
        {
            if (!item.TryReadArrayHeader(out var fields) || fields != 4
                || !LogFormat.TryReadRaw(items, ref item, out var key) || !LogFormat.TryReadRaw(items, ref item, out var value)
                || !item.TryReadInt(out var revision) || !item.TryReadInt(out var time))
            {
                return (true, false);
            }

            entries.Put(key, value, revision, time);
        }

        return (true, true);
    }

    private static void WriteEntry(MessagePackWriter writer, in SnapshotEntry entry)
    {
        writer.WriteArrayHeader(4);
        writer.WriteRaw(entry.Key);
        writer.WriteRaw(entry.Value);
        writer.WriteInt(entry.Revision);
        writer.WriteInt(entry.Time);
    }

    private static void WriteCommit(MessagePackWriter writer, SnapshotCommit commit)
    {
        LogFormat.WriteHead(writer, LogRecordKind.SnapshotCommit, 7);
        LogFormat.WriteId(writer, commit.Id);
        writer.WriteInt(commit.Parts);
        writer.WriteUInt(commit.Checksum);
        writer.WriteInt(commit.FirstPart);
        writer.WriteInt(commit.AsOf);
        writer.WriteInt(commit.ReplayFrom);
        writer.WriteInt(commit.Evicted);
    }

    private static bool TryReadCommit(ReadOnlySpan<byte> record, out SnapshotCommit commit)
    {
        commit = null!;
        var reader = new MessagePackReader(record);
        if (!LogFormat.TryReadHead(ref reader, out var kind) || kind != LogRecordKind.SnapshotCommit || !LogFormat.TryReadId(ref reader, out var id)
            || !reader.TryReadInt32(out var parts) || !reader.TryReadUInt(out var checksum) || !reader.TryReadInt(out var first)
            || !reader.TryReadInt(out var asOf) || !reader.TryReadInt(out var replayFrom) || !reader.TryReadInt(out var evicted))
        {
            return false;
        }

        commit = new SnapshotCommit(id, parts, checksum, first, asOf, replayFrom, evicted);
        return true;
    }
}
