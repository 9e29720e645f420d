using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher.Accounting;
using TraceeMesh.Enricher.Containers;
using TraceeMesh.Enricher.Enrichment;
using TraceeMesh.Enricher.Parking;
using TraceeMesh.Enricher.Processes;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Enricher.Decoding;

/// <summary>
/// Turns the records of a raw frame into events: feeds the stores, adds who and where, and writes what is selected straight
/// into its partition's frame, or where its container is not enriched yet into the parking lot. Total: a record that cannot be read is lost(bad_record), and the ones behind it go on as far
/// as the sizes of records can be trusted.
/// </summary>
/// <remarks>One method per kind of event; each reads all of its record before it changes or writes anything.</remarks>
public sealed partial class FrameDecoder(NodeStores stores, ParkingLot parking, BadRecordHandler onBadRecord) : IDisposable
{
    /// <summary>Bytes of events in one frame: a message less its header.</summary>
    public const int EventBytesMax = Limits.MessageBytes - (64 * 1024);

    private static readonly int CommOffset = (int)Marshal.OffsetOf<RecordHead>(nameof(RecordHead.Comm));

    private readonly byte[] _oldPath = new byte[RecordLimits.RecordMax + 1];
    private readonly byte[] _newPath = new byte[RecordLimits.RecordMax + 1];

    // Of the frame.
    private RawFrameHeader _header = null!;
    private ReadOnlyMemory<byte> _records;
    private byte[] _hostName = [];
    private string _hostNameText = "";
    private ulong _nodeHash;
    private int _load;
    private PartitionWriters _writers = null!;
    private FrameTally _tally = null!;

    // Of the record.
    private EventContext _context;
    private Moment _at;
    private EventWriter? _writer;
    private EventMark _mark;
    private bool _counted;
    private bool _derives;

    // Of the load.
    private bool _isFirstSnapshot;
    private ToldOffsets _told = ToldOffsets.Nothing;

    /// <summary>Time of the last record read, ns since the epoch.</summary>
    public long LastTime => _at.Time;

    /// <summary>Begins a load.</summary>
    /// <param name="told">What was told of it before.</param>
    /// <param name="firstSnapshot">Whether the next snapshot is the one at the start of the load, which was not told before.</param>
    public void BeginLoad(ToldOffsets told, bool firstSnapshot)
    {
        _told = told;
        _isFirstSnapshot = firstSnapshot;
    }

    /// <summary>Decodes a frame. The caller holds <see cref="NodeStores.Gate"/>.</summary>
    /// <param name="header">Its header.</param>
    /// <param name="records">Its records.</param>
    /// <param name="from">Records below this offset were applied before, and are skipped.</param>
    /// <param name="load">Index of its load, see <see cref="NodeStores.BeginLoad"/>.</param>
    /// <param name="writers">Where its events go.</param>
    /// <param name="tally">What became of the others.</param>
    /// <param name="losses">What is lost before it.</param>
    public void Decode(RawFrameHeader header, ReadOnlyMemory<byte> records, long from, int load, PartitionWriters writers, FrameTally tally, IReadOnlyList<LossRange>? losses = null)
    {
        Begin(header, records, load, writers, tally);
        TellAll(losses ?? []);
        var rest = records.Span;
        for (var offset = header.FirstOffset; offset < header.EndOffset; offset++)
        {
            var bytes = rest;
            var status = RecordReader.TryOpen(ref rest, out var reader);
            if (status != RecordStatus.Ok)
            {
                // Without its size the next record cannot be found.
                LoseRest(Math.Max(offset, from), status, bytes);
                return;
            }

            if (offset < from)
            {
                continue;
            }

            _counted = !_told.IsTold(offset);
            _derives = !_told.IsDerivedTold(offset);
            tally.Ahead += _told.IsAhead(offset) ? 1 : 0;
            tally.Unparked += _counted && offset < _told.Below ? 1 : 0;
            status = Decode(ref reader, offset);
            if (status != RecordStatus.Ok && _counted)
            {
                tally.AddLost(offset, offset + 1);
                Tell(new LossRange(offset, offset + 1, LossReasons.BadRecord));
                onBadRecord(offset, status, bytes[..(bytes.Length - rest.Length)]);
            }
        }

        // More bytes than the header's count speaks of: they have no offset, so nothing is lost, but something is wrong.
        if (!rest.IsEmpty)
        {
            onBadRecord(header.EndOffset, RecordStatus.BadSize, rest);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _protoDns.Dispose();
        _credentials.Dispose();
        _dnsLists.Dispose();
        _socketAddress.Dispose();
    }

    private void LoseRest(long offset, RecordStatus status, ReadOnlySpan<byte> bytes)
    {
        var lost = false;
        for (; offset < _header.EndOffset; offset++)
        {
            if (_told.IsTold(offset))
            {
                continue;
            }

            if (!lost)
            {
                Tell(new LossRange(offset, _header.EndOffset, LossReasons.BadRecord));
                onBadRecord(offset, status, bytes);
                lost = true;
            }

            _tally.Unparked += offset < _told.Below ? 1 : 0;
            _tally.AddLost(offset, offset + 1);
        }
    }

    private void Begin(RawFrameHeader header, ReadOnlyMemory<byte> records, int load, PartitionWriters writers, FrameTally tally)
    {
        _header = header;
        _records = records;
        _load = load;
        _writers = writers;
        _tally = tally;
        if (_hostNameText != header.HostName)
        {
            _hostNameText = header.HostName;
            _hostName = Encoding.UTF8.GetBytes(header.HostName);
        }

        if (_nodeHash == 0)
        {
            _nodeHash = Hash.Of(Encoding.UTF8.GetBytes(header.Node));
        }
    }

    private RecordStatus Decode(ref RecordReader reader, long offset)
    {
        ref readonly var head = ref reader.Head;
        if (head.CgroupHierarchy != 0)
        {
            stores.Containers.SetFallback(head.CgroupHierarchy);
        }

        _at = new Moment(new StorePosition(_load, offset), (long)head.Time + _header.BootEpoch);
        _writer = null;
        var status = head.Event switch
        {
            EventIds.SchedProcessFork => Fork(ref reader),
            EventIds.SchedProcessExec => Exec(ref reader),
            EventIds.SchedProcessExit => Exit(ref reader),
            EventIds.CgroupMkdir => CgroupMkdir(ref reader),
            EventIds.CgroupRmdir => CgroupRmdir(ref reader),
            EventIds.NetPacketDns => NetPacketDns(ref reader),
            EventIds.SnapshotProcess => SnapshotProcess(ref reader),
            EventIds.SnapshotThread => SnapshotThread(ref reader),
            EventIds.SnapshotCgroup => SnapshotCgroup(ref reader),
            EventIds.SnapshotEnd => SnapshotEnd(ref reader),

            // The rest feeds no store, so what nobody selected need not be read.
            EventIds.SecurityFileOpen => IsWanted(head) ? FileOpen(ref reader) : RecordStatus.Ok,
            EventIds.SecurityInodeRename => IsWanted(head) ? Rename(ref reader) : RecordStatus.Ok,
            EventIds.CgroupAttachTask => IsWanted(head) ? CgroupAttachTask(ref reader) : RecordStatus.Ok,
            EventIds.SecurityInodeUnlink => IsWanted(head) ? Unlink(ref reader) : RecordStatus.Ok,
            EventIds.SecuritySbMount => IsWanted(head) ? Mount(ref reader) : RecordStatus.Ok,
            EventIds.ProcessExecuteFailed => IsWanted(head) ? ExecuteFailed(ref reader) : RecordStatus.Ok,
            EventIds.NetPacketDnsRequest or EventIds.NetPacketDnsResponse => IsWanted(head) ? DnsMessage(ref reader) : RecordStatus.Ok,
            EventIds.NetTcpConnect => IsWanted(head) ? TcpConnect(ref reader) : RecordStatus.Ok,
            EventIds.NetFlowTcpBegin or EventIds.NetFlowTcpEnd => IsWanted(head) ? Flow(ref reader) : RecordStatus.Ok,
            EventIds.MemProtAlert
                or EventIds.CommitCreds
                or EventIds.SwitchTaskNs
                or EventIds.MagicWrite
                or EventIds.SecuritySocketListen
                or EventIds.SecuritySocketConnect
                or EventIds.SecuritySocketAccept
                or EventIds.SecuritySocketBind
                or EventIds.SecurityBpf
                or EventIds.SocketDup
                or EventIds.SharedObjectLoaded
                or EventIds.ModuleLoad
                or EventIds.TaskRename
                or EventIds.FileModification
                or EventIds.SetFsPwd
                or EventIds.IoUringSubmitReq => IsWanted(head) ? Arguments(ref reader) : RecordStatus.Ok,
            _ when SystemCallTable.IsSystemCall(head.Event) => IsWanted(head) ? SystemCall(ref reader) : RecordStatus.Ok,
            _ => RecordStatus.UnknownEvent,
        };

        // No honest frame comes near: a raw frame is 64 KiB. One that would not fit a message costs its record.
        if (_writer is not null && _writer.WrittenSpan.Length > EventBytesMax)
        {
            _writer.Rewind(_mark);
            return RecordStatus.BadSize;
        }

        return status;
    }

    private bool IsWanted(in RecordHead head)
    {
        if (_counted && _header.Selected.Contains(head.Event))
        {
            return true;
        }

        _tally.NotSelected += _counted ? 1 : 0;
        return false;
    }

    private RecordStatus OfSnapshot()
    {
        _tally.Snapshot += _counted ? 1 : 0;
        return RecordStatus.Ok;
    }

    /// <summary>Reads the body and, where the tail begins with one, the node name.</summary>
    private static RecordStatus TryRead<T>(ref RecordReader reader, out T body, out ReadOnlySpan<byte> hostName)
        where T : unmanaged
    {
        hostName = default;
        var status = reader.TryReadBody(out body);
        return status == RecordStatus.Ok && (reader.Head.Flags & RecordFlags.UtsPrivate) != 0 ? reader.TryReadPart(out hostName) : status;
    }

    /// <summary>Starts the event of a record: in its partition, or behind others of its container that wait.</summary>
    private EventWriter BeginEvent(in RecordReader reader, ReadOnlySpan<byte> hostName)
    {
        ref readonly var head = ref reader.Head;
        ref var context = ref _context;
        var process = Describe(reader, hostName);
        var definition = EventCatalog.Find(head.Event)!;
        if (stores.Containers.Find(new CgroupKey(head.CgroupHierarchy, head.CgroupId)) is not { } container)
        {
            context.OnHost();
            return BeginEvent(stores.Processes.SessionRootOf(process), definition);
        }

        context.ContainerId = container.Id;
        context.Flags |= container.Started ? ContextFlags.ContainerStarted : ContextFlags.None;
        if (container.Waits || container.Parked is not null)
        {
            _tally.Parked++;
            return parking.Begin(container, in context, definition, _at.Position.Offset);
        }

        context.Enrich(container);
        return BeginEvent(container.Key, definition);
    }

    private EventWriter BeginEvent(ulong key, EventDefinition definition)
    {
        var writer = _writers[Partitioning.Of(_nodeHash, key, _header.Spread)];
        _mark = writer.Mark();
        _writer = writer;
        writer.BeginEvent(in _context, definition, _hostName);
        return writer;
    }

    /// <summary>Everything about the record but its container.</summary>
    private int Describe(in RecordReader reader, ReadOnlySpan<byte> hostName)
    {
        ref readonly var head = ref reader.Head;
        ref var context = ref _context;
        context.EventId = head.Event;
        context.Cpu = head.Cpu;
        context.Sequence = head.Sequence;
        context.Position = _at.Position.Offset;
        context.Timestamp = _at.Time;
        context.ThreadStartTime = Epoch(head.StartTime);
        context.ProcessId = (int)head.NsPid;
        context.ThreadId = (int)head.NsTid;
        context.ParentProcessId = (int)head.NsPpid;
        context.HostProcessId = (int)head.HostPid;
        context.HostThreadId = (int)head.HostTid;
        context.HostParentProcessId = (int)head.HostPpid;
        context.UserId = (int)head.Uid;
        context.GroupId = (int)head.Gid;
        context.MountNamespace = head.MountNamespace;
        context.PidNamespace = head.PidNamespace;
        context.CgroupId = head.CgroupId;
        context.ReturnValue = head.ReturnValue;
        context.Syscall = head.Syscall;
        context.ThreadEntityId = stores.Processes.IdOf(head.HostTid, head.StartTime);
        context.ProcessEntityId = stores.Processes.IdOf(head.HostPid, head.LeaderStartTime);
        context.ParentEntityId = stores.Processes.IdOf(head.HostPpid, head.ParentStartTime);
        context.ProcessName = new Utf8Text(CommOf(reader));
        context.HostName = new Utf8Text((head.Flags & RecordFlags.UtsPrivate) != 0 ? Memory(hostName) : _hostName);

        var process = stores.Processes.Find(context.ProcessEntityId);
        context.Executable = new Utf8Text(stores.Processes.ExecutableOf(process));
        context.Flags = (head.Flags & RecordFlags.Compat) != 0 ? ContextFlags.IsCompat : ContextFlags.None;
        return process;
    }

    private long Epoch(ulong sinceBoot) => sinceBoot == 0 ? 0 : (long)sinceBoot + _header.BootEpoch;

    private ReadOnlyMemory<byte> CommOf(in RecordReader reader)
    {
        ref readonly var head = ref reader.Head;
        var start = OffsetOf(ref Unsafe.As<RecordHead, byte>(ref Unsafe.AsRef(in head)));
        return _records.Slice(start + CommOffset, RecordReader.Text(in head.Comm).Length);
    }

    /// <summary>A part of a record as memory.</summary>
    private ReadOnlyMemory<byte> Memory(ReadOnlySpan<byte> part) =>
        part.IsEmpty ? default : _records.Slice(OffsetOf(ref MemoryMarshal.GetReference(part)), part.Length);

    private int OffsetOf(ref byte inside) => (int)Unsafe.ByteOffset(ref MemoryMarshal.GetReference(_records.Span), ref inside);
}
