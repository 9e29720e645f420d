using TraceeMesh.DataSourceApi.Entries;
using TraceeMesh.MessagePack;

namespace TraceeMesh.DataSourceApi.Log;

/// <summary>
/// Applies the records of a log to the entries, in order. The only thing that changes them: given the same records, every replica
/// decides every condition alike. Not thread-safe.
/// </summary>
/// <param name="entries">The entries that the next record changes.</param>
public sealed class LogApplier(EntryTable entries)
{
    private readonly Dictionary<Guid, OpenWrite> _open = [];
    private readonly List<ItemStatus> _statuses = [];
    private readonly HashSet<byte[]> _newKeys = new(new KeyComparer());

    /// <summary>The entries that the next record changes: in the state that all records so far make.</summary>
    public EntryTable Entries { get; set; } = entries;

    /// <summary>Sequence of the last record applied.</summary>
    public long Applied { get; private set; }

    /// <summary>Time of that record, ns since the epoch.</summary>
    public long Time { get; private set; }

    /// <summary>Pairs written since the last snapshot.</summary>
    public long PairsSinceSnapshot { get; set; }

    /// <summary>Bytes of records since the last snapshot.</summary>
    public long BytesSinceSnapshot { get; set; }

    /// <summary>Records that could not be read.</summary>
    public long Malformed { get; private set; }

    /// <summary>Writes whose parts have come and whose commit has not.</summary>
    public int OpenWrites => _open.Count;

    /// <summary>First record that somebody needs who knows the entries as of now: that behind the last, or the first part of a write without commit.</summary>
    public long ReplayFrom => _open.Count == 0 ? Applied + 1 : Math.Min(Applied + 1, _open.Values.Min(w => w.FirstSequence));

    /// <summary>Told of each write that was decided.</summary>
    public Action<Guid, WriteOutcome>? Decided { get; set; }

    /// <summary>Told of each change.</summary>
    public Action<AppliedChange>? Changed { get; set; }

    /// <summary>Begins anew, with the entries of a snapshot.</summary>
    /// <param name="asOf">Sequence of the last record in it.</param>
    public void Reset(long asOf)
    {
        _open.Clear();
        Applied = asOf;
        PairsSinceSnapshot = 0;
        BytesSinceSnapshot = 0;
    }

    /// <summary>Takes note of a record that the snapshot holds already: of a write that is not committed yet, the parts are needed.</summary>
    public void Skip(ReadOnlySpan<byte> record, long sequence, long time)
    {
        var reader = new MessagePackReader(record);
        if (!LogFormat.TryReadHead(ref reader, out var kind) || kind == LogRecordKind.Writes || !LogFormat.TryReadId(ref reader, out var id))
        {
            return;
        }

        if (kind == LogRecordKind.Part)
        {
            TryAddPart(record, ref reader, id, sequence, time);
        }
        else
        {
            _open.Remove(id);
        }
    }

    /// <summary>Applies the next record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="sequence">Its sequence in the stream.</param>
    /// <param name="time">When the stream stored it, ns since the epoch.</param>
    public void Apply(ReadOnlySpan<byte> record, long sequence, long time)
    {
        Applied = sequence;
        Time = time;
        BytesSinceSnapshot += record.Length;
        Entries.Expire(time);
        var reader = new MessagePackReader(record);
        if (!LogFormat.TryReadHead(ref reader, out var kind) || !TryApply(kind, record, ref reader, sequence, time))
        {
            Malformed++;
        }
    }

    /// <summary>Writes that have been open since before a time.</summary>
    public IReadOnlyList<Guid> OpenSince(long time)
    {
        List<Guid>? old = null;
        foreach (var (id, write) in _open)
        {
            if (write.Time < time)
            {
                (old ??= []).Add(id);
            }
        }

        return old ?? (IReadOnlyList<Guid>)[];
    }

    private bool TryApply(LogRecordKind kind, ReadOnlySpan<byte> record, ref MessagePackReader reader, long sequence, long time)
    {
        if (kind == LogRecordKind.Writes)
        {
            return TryApplyWrites(record, ref reader, sequence, time);
        }

        if (!LogFormat.TryReadId(ref reader, out var id))
        {
            return false;
        }

        switch (kind)
        {
            case LogRecordKind.Part:
                return TryAddPart(record, ref reader, id, sequence, time);
            case LogRecordKind.Commit when reader.TryReadInt32(out var parts) && reader.TryReadUInt(out var checksum) && reader.TryReadBool(out var atomic):
                Commit(id, parts, checksum, atomic, sequence, time);
                return true;
            case LogRecordKind.Abort:
                if (_open.Remove(id))
                {
                    Decided?.Invoke(id, new WriteOutcome(sequence, IsAborted: true, []));
                }

                return true;
            default:
                return false;
        }
    }

    private bool TryApplyWrites(ReadOnlySpan<byte> record, ref MessagePackReader reader, long sequence, long time)
    {
        if (!reader.TryReadArrayHeader(out var writes))
        {
            return false;
        }

        for (var i = 0; i < writes; i++)
        {
            if (!reader.TryReadArrayHeader(out var fields) || fields != 3 || !LogFormat.TryReadId(ref reader, out var id) || !reader.TryReadBool(out var atomic)
                || !LogFormat.TryReadRaw(record, ref reader, out var items))
            {
                return false;
            }

            Begin();
            if (!atomic || (FitsSurely(items, out var count) && Entries.HasRoom(count)) || Fits(items))
            {
                _statuses.Clear();
                ApplyItems(items, sequence, time);
            }

            Decide(id, sequence);
        }

        return true;
    }

    private bool TryAddPart(ReadOnlySpan<byte> record, ref MessagePackReader reader, Guid id, long sequence, long time)
    {
        if (!reader.TryReadInt32(out var index) || !LogFormat.TryReadRaw(record, ref reader, out var items))
        {
            return false;
        }

        if (!_open.TryGetValue(id, out var write))
        {
            _open[id] = write = new OpenWrite(sequence, time);
        }

        write.Add(index, items);
        return true;
    }

    private void Commit(Guid id, int parts, ulong checksum, bool atomic, long sequence, long time)
    {
        Begin();
        if (!_open.Remove(id, out var write) || write.IsBroken || write.Parts.Count != parts || write.Checksum != checksum)
        {
            Decided?.Invoke(id, new WriteOutcome(sequence, IsAborted: true, []));
            return;
        }

        var refused = false;
        var checks = atomic && !FitsSurely(write.Parts);
        for (var i = 0; checks && i < parts && !refused; i++)
        {
            refused = !Fits(write.Parts[i]);
        }

        if (!refused)
        {
            _statuses.Clear();
        }

        for (var i = 0; i < parts && !refused; i++)
        {
            ApplyItems(write.Parts[i], sequence, time);
        }

        Decide(id, sequence);
    }

    private void Begin()
    {
        _statuses.Clear();
        _newKeys.Clear();
    }

    private void Decide(Guid id, long sequence) =>
        Decided?.Invoke(id, new WriteOutcome(sequence, IsAborted: false, _statuses.TrueForAll(s => s == ItemStatus.Applied) ? [] : [.. _statuses]));

    // Nothing is expected of any key, and there is room even if all keys are new: no key has to be looked up to know.
    private bool FitsSurely(IReadOnlyList<byte[]> parts)
    {
        var all = 0;
        for (var i = 0; i < parts.Count; i++)
        {
            if (!FitsSurely(parts[i], out var count))
            {
                return false;
            }

            all += count;
        }

        return Entries.HasRoom(all);
    }

    private static bool FitsSurely(ReadOnlySpan<byte> items, out int count)
    {
        var reader = new MessagePackReader(items);
        if (!reader.TryReadArrayHeader(out count))
        {
            return false;
        }

        for (var i = 0; i < count; i++)
        {
            if (!LogFormat.TryReadItem(items, ref reader, out var item) || item.Expected >= 0)
            {
                return false;
            }
        }

        return true;
    }

    // Whether each item of an atomic write could be applied, those before it included.
    private bool Fits(ReadOnlySpan<byte> items)
    {
        var reader = new MessagePackReader(items);
        if (!reader.TryReadArrayHeader(out var count))
        {
            return true;
        }

        var fits = true;
        for (var i = 0; i < count && LogFormat.TryReadItem(items, ref reader, out var item); i++)
        {
            var status = Check(item, out var isNew);
            if (isNew && !Entries.Evicts)
            {
                _newKeys.GetAlternateLookup<ReadOnlySpan<byte>>().Add(item.Key);
                status = Entries.HasRoom(_newKeys.Count) ? status : ItemStatus.Full;
            }

            fits &= status == ItemStatus.Applied;
            _statuses.Add(status);
        }

        return fits;
    }

    private ItemStatus Check(LogItem item, out bool isNew)
    {
        isNew = false;
        if (item.Operation == WriteOperation.Clear)
        {
            return ItemStatus.Applied;
        }

        var exists = Entries.TryGet(item.Key, Time, out var entry);
        if (item.Expected >= 0 && item.Expected != (exists ? entry!.Revision : 0))
        {
            return ItemStatus.Conflict;
        }

        isNew = item.Operation == WriteOperation.Put && !exists;
        return ItemStatus.Applied;
    }

    private void ApplyItems(ReadOnlySpan<byte> items, long sequence, long time)
    {
        var reader = new MessagePackReader(items);
        if (!reader.TryReadArrayHeader(out var count))
        {
            Malformed++;
            return;
        }

        for (var i = 0; i < count; i++)
        {
            if (!LogFormat.TryReadItem(items, ref reader, out var item))
            {
                Malformed++;
                return;
            }

            var status = Check(item, out var isNew);
            status = isNew && !Entries.HasRoom(1) ? ItemStatus.Full : status;
            _statuses.Add(status);
            if (status == ItemStatus.Applied)
            {
                ApplyItem(item, sequence, time);
            }
        }
    }

    private void ApplyItem(LogItem item, long sequence, long time)
    {
        PairsSinceSnapshot++;
        switch (item.Operation)
        {
            case WriteOperation.Put:
                var entry = Entries.Put(item.Key, item.Value, sequence, time);
                Changed?.Invoke(new AppliedChange(sequence, WriteOperation.Put, entry.Key, entry.Value));
                break;
            case WriteOperation.Delete:
                if (Entries.Remove(item.Key) is { } removed)
                {
                    Changed?.Invoke(new AppliedChange(sequence, WriteOperation.Delete, removed.Key, []));
                }

                break;
            default:
                Entries.Clear();
                Changed?.Invoke(new AppliedChange(sequence, WriteOperation.Clear, [], []));
                break;
        }
    }
}
