using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using TraceeMesh.Collector.Kernel;
using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Collector.Framing;

/// <summary>
/// What a collector notes of a load in memory of the kernel, which outlives it: each closed frame before it is sent, until the bus
/// has acknowledged it, and what holds behind the last one. A collector that goes on from it sends the same bytes under the same
/// ids, and numbers on without a gap. Any instant is good to be killed at: a note is written whole before it is in force.
/// </summary>
/// <remarks>
/// One page with the <see cref="JournalHead"/>, two places of <see cref="JournalNotes"/>, of which the head says which is in force,
/// then the entries: a ring of bytes whose positions grow for ever. An entry is never split; what is left before the end is skipped.
/// </remarks>
public sealed unsafe class Journal : IDisposable
{
    /// <summary>Of everything a successor reads: this memory, the heads of records, the kernel's accounts. A change of any is a new number.</summary>
    public const uint Format = 2;

    /// <summary>Room that one batch of closed frames never exceeds.</summary>
    public const int Reserve = 256 * 1024;

    // Twin of JOURNAL_PAGES * JOURNAL_PAGE in bpf/include/maps.h.
    internal const int Bytes = 1024 * 4096;

    private const ulong Magic = 0x6c616e72756f6a74; // tjournal
    private const int NotesAt = 4096;
    internal const int NotesRoom = 12288;
    private const int EntriesAt = NotesAt + (2 * NotesRoom);
    private const long Room = Bytes - EntriesAt;
    private const uint Skip = uint.MaxValue;

    private readonly MappedMemory _memory;
    private readonly int _cpus;
    private long _tail;
    private long _head;

    /// <summary>Maps the journal of a load.</summary>
    internal Journal(int descriptor, int cpus)
    {
        _memory = new MappedMemory(descriptor, 0, Bytes, writable: true);
        _cpus = cpus;
        (_tail, _head) = (Head.Tail, Notes.Head);
    }

    /// <summary>Whether it is one, and of the format this collector reads.</summary>
    public bool IsReadable => Head.Magic == Magic && Head.Format == Format && Phase != JournalPhase.Unborn;

    /// <summary>The load.</summary>
    public uint LoadId => Head.LoadId;

    /// <summary>Where the load is in its life.</summary>
    public JournalPhase Phase
    {
        get => (JournalPhase)Volatile.Read(ref Head.Phase);
        set => Volatile.Write(ref Head.Phase, (uint)value);
    }

    /// <summary>Whether a snapshot is due, or was begun and is not whole.</summary>
    public bool SnapshotDue
    {
        get => Volatile.Read(ref Head.SnapshotDue) != 0;
        set => Volatile.Write(ref Head.SnapshotDue, value ? 1u : 0u);
    }

    /// <summary>Every offset below it is settled.</summary>
    public long Settled => Volatile.Read(ref Head.Settled);

    /// <summary>Bytes that entries may take.</summary>
    internal long Free => Room - (_head - _tail);

    /// <summary>What holds behind the last closed frame.</summary>
    internal ref readonly JournalNotes Notes => ref Place(Volatile.Read(ref Head.Current) & 1);

    private ref JournalHead Head => ref Unsafe.AsRef<JournalHead>(_memory.Start);

    /// <summary>Begins the journal of a new load.</summary>
    /// <param name="loadId">The load.</param>
    /// <param name="build">See <see cref="JournalHead.Build"/>.</param>
    /// <param name="owner">See <see cref="JournalHead.Owner"/>.</param>
    internal void Begin(uint loadId, ReadOnlySpan<byte> build, ReadOnlySpan<byte> owner)
    {
        ref var head = ref Head;
        (head.LoadId, head.Format, head.Magic) = (loadId, Format, Magic);
        build.CopyTo(head.Build);
        owner.CopyTo(head.Owner);
        SnapshotDue = true;
        Phase = JournalPhase.Open;
    }

    /// <summary>Whether the programs are these.</summary>
    internal bool IsOfBuild(ReadOnlySpan<byte> build) => build.SequenceEqual(Head.Build);

    /// <summary>Whether the frames went to this bus.</summary>
    internal bool IsOwnedBy(ReadOnlySpan<byte> owner) => owner.SequenceEqual(Head.Owner);

    /// <summary>Notes a closed frame and what holds behind it, at once.</summary>
    /// <param name="entry">The frame.</param>
    /// <param name="notes">What holds behind it; its <see cref="JournalNotes.Head"/> is set here.</param>
    /// <returns>The position behind the entry, for <see cref="Release"/>.</returns>
    internal long Append(in JournalEntry entry, ref JournalNotes notes)
    {
        Span<byte> id = stackalloc byte[Encoding.UTF8.GetMaxByteCount(entry.MessageId.Length)];
        id = id[..Encoding.UTF8.GetBytes(entry.MessageId, id)];
        var length = Aligned(Unsafe.SizeOf<EntryHead>() + id.Length + entry.Encoded.Length);
        var at = _head;
        var left = Room - (at % Room);
        if (left < length)
        {
            Write(at, Skip);
            at += left;
        }

        if (at + length - _tail > Room)
        {
            throw new InvalidOperationException($"the journal has no room for a frame of {length} bytes: {Reserve} are kept free before frames are closed");
        }

        var start = _memory.Start + EntriesAt + (at % Room);
        *(EntryHead*)start = new EntryHead
        {
            Length = (uint)length,
            IdLength = (uint)id.Length,
            EncodedLength = (uint)entry.Encoded.Length,
            RecordBytes = (uint)entry.RecordBytes,
            FirstOffset = entry.FirstOffset,
            EndOffset = entry.EndOffset,
            RingStart = entry.RingStart,
            RingEnd = entry.RingEnd,
        };
        id.CopyTo(new Span<byte>(start + Unsafe.SizeOf<EntryHead>(), id.Length));
        entry.Encoded.Span.CopyTo(new Span<byte>(start + Unsafe.SizeOf<EntryHead>() + id.Length, entry.Encoded.Length));
        _head = at + length;
        notes.Head = _head;
        Note(in notes);
        return _head;
    }

    /// <summary>Puts notes in force.</summary>
    internal void Note(in JournalNotes notes)
    {
        var next = (Volatile.Read(ref Head.Current) & 1) ^ 1;
        ref var place = ref Place(next);
        var used = Unsafe.SizeOf<JournalNotes>() - ((RecordLimits.MaxCpus - _cpus) * RecordLimits.DropReasons * sizeof(ulong));
        MemoryMarshal.AsBytes(new ReadOnlySpan<JournalNotes>(in notes))[..used].CopyTo(MemoryMarshal.AsBytes(new Span<JournalNotes>(ref place)));
        Volatile.Write(ref Head.Current, next);
    }

    /// <summary>The frames that may not be stored, in order.</summary>
    /// <exception cref="InvalidDataException">The journal contradicts itself.</exception>
    internal List<JournalEntry> Unsettled()
    {
        var entries = new List<JournalEntry>();
        for (var at = _tail; at < _head;)
        {
            var start = _memory.Start + EntriesAt + (at % Room);
            var left = Room - (at % Room);
            ref var head = ref *(EntryHead*)start;
            if (left < sizeof(uint) || head.Length == Skip)
            {
                at += left;
                continue;
            }

            var fixedLength = Unsafe.SizeOf<EntryHead>();
            if (head.Length < fixedLength || head.Length > Math.Min(left, _head - at) || (long)fixedLength + head.IdLength + head.EncodedLength > head.Length)
            {
                throw new InvalidDataException($"the journal of load {LoadId:x8} is corrupt at position {at}");
            }

            at += head.Length;
            var encoded = new byte[head.EncodedLength];
            new ReadOnlySpan<byte>(start + fixedLength + head.IdLength, encoded.Length).CopyTo(encoded);
            entries.Add(new JournalEntry(
                Encoding.UTF8.GetString(start + fixedLength, (int)head.IdLength),
                head.FirstOffset,
                head.EndOffset,
                head.RingStart,
                head.RingEnd,
                (int)head.RecordBytes,
                encoded,
                at));
        }

        return entries;
    }

    /// <summary>Forgets the entries before a position: the bus has acknowledged them.</summary>
    /// <param name="position">What <see cref="Append"/> returned.</param>
    /// <param name="settled">Every offset below it is settled.</param>
    internal void Release(long position, long settled)
    {
        _tail = position;
        Volatile.Write(ref Head.Tail, position);
        Volatile.Write(ref Head.Settled, Math.Max(settled, Head.Settled));
    }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();

    private static int Aligned(int length) => (length + 7) & ~7;

    private ref JournalNotes Place(uint place) => ref Unsafe.AsRef<JournalNotes>(_memory.Start + NotesAt + (place * NotesRoom));

    private void Write(long at, uint value) => *(uint*)(_memory.Start + EntriesAt + (at % Room)) = value;

    [StructLayout(LayoutKind.Sequential)]
    private struct EntryHead
    {
        public uint Length;
        public uint IdLength;
        public uint EncodedLength;
        public uint RecordBytes;
        public long FirstOffset;
        public long EndOffset;
        public long RingStart;
        public long RingEnd;
    }
}
