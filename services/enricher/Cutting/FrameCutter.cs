using System.Buffers;
using System.Text;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher.Accounting;
using TraceeMesh.Enricher.Decoding;
using TraceeMesh.Enricher.Enrichment;
using TraceeMesh.Enricher.Input;
using TraceeMesh.Enricher.Parking;
using TraceeMesh.Enricher.Processes;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Enricher.Cutting;

/// <summary>
/// Raw frames in, event frames out. There is no timer in it: what waits in the parking lot goes on when the main flow comes by
/// (<see cref="Release"/>). Each frame says how far the raw stream is told and what of it still waits, so that whoever goes on
/// from it tells the rest, and nothing again (docs/decisions/0005).
/// </summary>
public sealed partial class FrameCutter : IDisposable
{
    // A partition hears of the node at least this often, counted in the time of records, also when nothing is for it.
    private const long MaxSilence = 1_000_000_000;

    private readonly string _node;
    private readonly int _firstPartition;
    private readonly ResumePoint? _resume;
    private readonly bool _resumeIsLatest;
    private readonly FrameOrder _order = new();
    private readonly FrameDecoder _decoder;
    private readonly PartitionWriters _writers = new();
    private readonly FrameTally _tally = new();
    private readonly MessagePackWriter _frame = new();
    private readonly Partition[] _partitions = new Partition[Partitioning.Partitions];
    private readonly int[] _emitted = new int[Partitioning.Partitions];
    private readonly List<LossRange> _lost = [];
    private readonly List<LossRange> _lostBefore = [];
    private readonly HashSet<uint> _past = [];
    private readonly Lock _settling = new();
    private RawFrameHeader? _last;
    private int _load;
    private ToldOffsets _told = ToldOffsets.Nothing;
    private int _spread;

    /// <summary>A cutter that has seen nothing.</summary>
    /// <param name="node">Name of the node.</param>
    /// <param name="stores">The stores it feeds.</param>
    /// <param name="parking">Where events wait for their container.</param>
    /// <param name="enrichment">Asks about containers; null asks nobody.</param>
    /// <param name="resume">Where an earlier one ended.</param>
    /// <param name="resumeIsLatest">Whether the load of <paramref name="resume"/> is the last one of the raw stream, so that others in it are older.</param>
    /// <param name="onBadRecord">Takes note of records that cannot be read.</param>
    public FrameCutter(
        string node,
        NodeStores stores,
        ParkingLot parking,
        IContainerAnswers? enrichment,
        ResumePoint? resume,
        bool resumeIsLatest,
        BadRecordHandler onBadRecord)
    {
        Parking = parking;
        _enrichment = enrichment;
        _nodeHash = Hash.Of(Encoding.UTF8.GetBytes(node));
        _node = node;
        _firstPartition = Partitioning.Of(_nodeHash, 0, 1);
        _resume = resume;
        _resumeIsLatest = resumeIsLatest;
        Stores = stores;
        Books = new NodeBooks(node);
        _decoder = new FrameDecoder(stores, parking, onBadRecord);
        for (var i = 0; i < _partitions.Length; i++)
        {
            _partitions[i] = new Partition();
        }
    }

    /// <summary>The series of numbers of a load of which no event frame is stored.</summary>
    public uint Series { get; init; }

    /// <summary>The stores it feeds.</summary>
    public NodeStores Stores { get; }

    /// <summary>The books it keeps.</summary>
    public NodeBooks Books { get; }

    /// <summary>Frames that came more than once.</summary>
    public long Repeated { get; private set; }

    /// <summary>Frames of a load that another one has followed.</summary>
    public long Stale { get; private set; }

    /// <summary>Frames that wait for one before them.</summary>
    public int Waiting => _order.Waiting;

    /// <summary>Says that a frame is stored.</summary>
    public void Settle(int partition, uint loadId, long end)
    {
        lock (_settling)
        {
            if (_last?.LoadId == loadId)
            {
                _partitions[partition].Settled = end;
            }
        }
    }

    /// <summary>Says that a raw frame could not be read.</summary>
    public void UnreadableFrame() => _order.UnreadableFrame();

    /// <summary>Takes a raw frame and cuts what can be cut now.</summary>
    /// <param name="frame">The frame; disposed here.</param>
    /// <param name="cut">Where event frames go, in the order in which they are to be published.</param>
    public void Take(RawFrame frame, ICollection<CutFrame> cut)
    {
        Release(cut);
        if (_last?.LoadId != frame.Header.LoadId)
        {
            if (_past.Contains(frame.Header.LoadId))
            {
                Stale++;
                frame.Dispose();
                return;
            }

            Drain(cut, giveUp: true);
            Release(cut, all: true);
            BeginLoad(frame);
        }

        if (!_order.TryAdd(frame))
        {
            Repeated++;
            frame.Dispose();
            return;
        }

        Drain(cut, giveUp: false);
        Release(cut);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _decoder.Dispose();
        _writers.Dispose();
        _released.Dispose();
        _derived.Dispose();
        _lifecycle.Dispose();
        _frame.Dispose();
    }

    private void BeginLoad(RawFrame frame)
    {
        var header = frame.Header;
        lock (Stores.Gate)
        {
            _load = Stores.BeginLoad(header.LoadId);
            var start = new Moment(new StorePosition(_load, header.FirstOffset), FirstTime(frame) + header.BootEpoch);
            Stores.Processes.BeginLoad(EntityIds.Seed(header.Node, header.BootId), new FactStamp(FirstTime(frame), FactPosition.Of(start.Position)));
            if (_last is null)
            {
                Stores.Containers.Begin(start);
                Stores.Dns.Begin(start.Position, FirstTime(frame));
            }
            else
            {
                _past.Add(_last.LoadId);
                if (_last.BootId != header.BootId)
                {
                    Stores.Containers.Clear(start);
                    Stores.Dns.Clear(start.Position, FirstTime(frame));
                }
            }
        }

        _spread = header.Spread;
        if (_resume is not null && _resume.LoadId == header.LoadId)
        {
            // What the stream held already feeds the stores and nothing else.
            Books.Open(header.BootId, header.LoadId, _resume.Watermark, _resume.Account);
            _told = new ToldOffsets(_resume.Watermark, _resume.Account.Parked, _resume.Account.ParkedDerived, _resume.Ahead);
            _order.Begin(Math.Min(header.FirstOffset, _resume.Watermark));
        }
        else if (_resume is not null && _resumeIsLatest && !_past.Contains(_resume.LoadId))
        {
            _told = ToldOffsets.Everything;
            _order.Begin(header.FirstOffset);
        }
        else
        {
            Books.Open(header.BootId, header.LoadId, 0, FrameAccount.Empty with { Series = Series });
            _told = ToldOffsets.Nothing;
            _order.Begin(0);
        }

        // What waited and is no longer in the stream cannot be told any more.
        _lostBefore.Clear();
        if (Tells && Books.FollowsUnclosed)
        {
            // How much the load before had in its ring, nobody knows.
            _lostBefore.Add(new LossRange(0, 0, LossReasons.Unknown));
        }

        LoseParked(new LossRange(0, header.FirstOffset, frame.Gap ?? LossReasons.StreamLimit), _lostBefore);
        _decoder.BeginLoad(_told, firstSnapshot: header.FirstOffset == 0 || _resume?.LoadId != header.LoadId);

        // An acknowledgement of the load before may be on its way.
        lock (_settling)
        {
            _last = header;
            for (var i = 0; i < _partitions.Length; i++)
            {
                _partitions[i].Begin(Tells ? Books.EmittedTo(i) : 0, _resume?.Account.SeriesFrom.Count > 0);
            }
        }
    }

    // ns since boot; 0 of a frame without records.
    private static long FirstTime(RawFrame frame)
    {
        var records = frame.Records.Span;
        return RecordReader.TryOpen(ref records, out var reader) == RecordStatus.Ok ? (long)reader.Head.Time : 0;
    }

    private void Drain(ICollection<CutFrame> cut, bool giveUp)
    {
        while (true)
        {
            var from = _order.Next;
            using var frame = _order.TryTake(out var losses, giveUp);
            if (frame is null)
            {
                return;
            }

            Apply(frame, from, losses);
            var header = frame.Header;
            _last = header;
            if (!Tells)
            {
                continue;
            }

            if (_emitted.AsSpan().ContainsAnyExcept(0) || (header.Count > 0 ? header.EndOffset > _told.Below : header.EndOffset >= _told.Below))
            {
                Cut(header, cut, MeshTrace.HeaderOf(frame.Span));
            }

            if (header.Final)
            {
                Release(cut, all: true);
                Books.Close();
            }
        }
    }

    // Stores first, then books: both are at the frame's end before anything of it is told.
    private void Apply(RawFrame frame, long from, IReadOnlyList<LossRange> losses)
    {
        var header = frame.Header;
        _writers.Reset();
        _tally.Reset();
        lock (Stores.Gate)
        {
            if (header.Count > 0)
            {
                Stores.Clock.Set(new StorePosition(_load, header.FirstOffset), FirstTime(frame), header.BootEpoch);
            }

            _decoder.Decode(header, frame.Records, from, _load, _writers, _tally, _lostBefore.Count == 0 ? losses : [.. _lostBefore, .. losses]);
            AskAboutFresh();
        }

        Stores.Advance(new StorePosition(_load, header.EndOffset));
        if (!Tells)
        {
            return;
        }

        _lost.Clear();
        _lost.AddRange(_lostBefore);
        _lostBefore.Clear();
        var unparked = _lost.Sum(static l => l.Count);
        for (var i = 0; i < losses.Count; i++)
        {
            unparked += LoseParked(losses[i], _lost);
            if (losses[i].To > _told.Below)
            {
                _lost.Add(losses[i] with { From = Math.Max(losses[i].From, _told.Below) });
            }
        }

        _lost.AddRange(_tally.Lost);
        foreach (var partition in _partitions)
        {
            for (var i = 0; i < _lost.Count; i++)
            {
                partition.Tell(_lost[i]);
            }
        }

        for (var i = 0; i < _emitted.Length; i++)
        {
            _emitted[i] = _writers.CountOf(i);
        }

        Books.Enter(header.EndOffset, _tally.NotSelected, _tally.Snapshot, _lost, _emitted, _tally.Parked - _tally.Unparked - unparked, _tally.Derived - _tally.Ahead);
    }

    // Adds to what is lost the events in the range that waited when an earlier enricher ended.
    private long LoseParked(LossRange range, List<LossRange> lost)
    {
        long count = 0;
        foreach (var parked in _told.ParkedFrom(range.From))
        {
            if (parked.From >= range.To)
            {
                break;
            }

            var loss = new LossRange(parked.From, Math.Min(parked.To, range.To), range.Reason);
            lost.Add(loss);
            count += loss.Count;
        }

        return count;
    }

    private void Cut(RawFrameHeader header, ICollection<CutFrame> cut, string? trace)
    {
        var account = Account();
        for (var i = 0; i < _partitions.Length; i++)
        {
            if (_writers.CountOf(i) > 0 || IsDue(header, i))
            {
                cut.Add(Cut(header, i, account, _writers[i]) with { TraceParent = trace });
            }
        }

        _spread = header.Spread;
    }

    // A partition that has got events hears of a new series, for its books are judged by those numbers from then on. One that the node's events may go to hears of it when the collector has nothing to say, when it has not heard
    // for a while, and when the load or the spread ends.
    private bool IsDue(RawFrameHeader header, int partition)
    {
        var place = (partition - _firstPartition + Partitioning.Partitions) % Partitioning.Partitions;
        return _partitions[partition].IsUnheard || (place < Math.Max(header.Spread, _spread)
            && (header.Count == 0 || header.Final || header.Spread != _spread
                || _decoder.LastTime - _partitions[partition].LastFrame >= MaxSilence));
    }

    // While what was told is read again, what waited then and was not reached yet waits still.
    private FrameAccount Account() => _order.Next >= _told.Below
        ? Books.ToFrameAccount(Parking.Ranges, Parking.DerivedOffsets)
        : Books.ToFrameAccount(
            [.. Parking.Ranges, .. _told.ParkedFrom(_order.Next)],
            [.. Parking.DerivedOffsets, .. _told.ParkedDerivedFrom(_order.Next)]);

    private CutFrame Cut(RawFrameHeader raw, int number, FrameAccount account, EventWriter writer)
    {
        var partition = _partitions[number];
        var watermark = Math.Max(raw.EndOffset, _told.Below);
        var header = new EventFrameHeader
        {
            Node = _node,
            BootId = raw.BootId,
            HostName = raw.HostName,
            LoadId = raw.LoadId,
            Partition = number,
            FirstOffset = partition.Next,
            Count = writer.Count,
            Settled = partition.Settled,
            Watermark = watermark,
            Losses = partition.TakeUntold(),
            Account = account,
        };
        partition.Next = header.EndOffset;
        partition.IsUnheard = false;
        partition.LastFrame = Math.Max(partition.LastFrame, _decoder.LastTime);

        _frame.Reset();
        EventFrameCodec.Write(_frame, header, writer.WrittenSpan);
        var buffer = ArrayPool<byte>.Shared.Rent(_frame.Length);
        _frame.WrittenSpan.CopyTo(buffer);
        var id = $"{NodeBooks.Name(raw.LoadId)}.{NodeBooks.Name(account.Series)}.{number}.{header.FirstOffset}";
        return new CutFrame(number, raw.LoadId, header.Count > 0 ? id : $"{id}.w{watermark}", buffer, _frame.Length, header.FirstOffset, header.EndOffset);
    }
}
