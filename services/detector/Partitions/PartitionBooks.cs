using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Detector.Engine;
using TraceeMesh.Detector.Findings;

namespace TraceeMesh.Detector.Partitions;

/// <summary>
/// What has become of the events of one partition: by node the ranges judged and lost, and where in the stream reading
/// stands. One thread enters, another takes the record; both under one lock.
/// </summary>
public sealed class PartitionBooks
{
    /// <summary>Nodes of one partition; the one not heard of for longest makes room, counted as a fresh start should it return.</summary>
    public const int MaxNodes = 1024;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly Dictionary<string, NodeBooks> _nodes = [];
    private readonly HashSet<string> _unreadable = [];
    private long _sequence;
    private string _streamCreated;

    /// <summary>Opens the books where a lease record left them.</summary>
    /// <param name="record">The record; null for a partition never judged.</param>
    /// <param name="time">The clock.</param>
    public PartitionBooks(LeaseRecord? record, TimeProvider time)
    {
        _time = time;
        _sequence = record?.Sequence ?? 0;
        _streamCreated = record?.StreamCreated ?? "";
        foreach (var (node, judged) in record?.Nodes ?? new Dictionary<string, JudgedAccount>())
        {
            if (LoadAccount.From(judged) is { } account)
            {
                _nodes[node] = new NodeBooks(account, time);
                _nodes[node].Inherit(judged);
            }
        }
    }

    /// <summary>Sequence of the last frame judged.</summary>
    public long Sequence
    {
        get
        {
            lock (_gate)
            {
                return _sequence;
            }
        }
    }

    /// <summary>When the stream of <see cref="Sequence"/> was created; empty when no frame was judged.</summary>
    public string StreamCreated
    {
        get
        {
            lock (_gate)
            {
                return _streamCreated;
            }
        }
    }

    /// <summary>Grows with each entry.</summary>
    public long Entries { get; private set; }

    /// <summary>The judged and lost ranges of a node's latest load; null for a node not heard of.</summary>
    public JudgedAccount? Find(string node)
    {
        lock (_gate)
        {
            return _nodes.GetValueOrDefault(node)?.Current?.ToRecord();
        }
    }

    /// <summary>
    /// Takes note of the stream as it is. When it is not the one read before, which the bus then has forgotten, reading begins at
    /// its first frame, and what the nodes known so far do not send again is lost by <c>bus_restart</c>.
    /// </summary>
    /// <param name="created">When the stream was created.</param>
    /// <param name="lastSequence">The last sequence it gave.</param>
    public void Attach(string created, long lastSequence)
    {
        lock (_gate)
        {
            if (_streamCreated == created && lastSequence >= _sequence)
            {
                return;
            }

            if (_streamCreated.Length > 0)
            {
                foreach (var node in _nodes.Values)
                {
                    node.StreamForgotten = true;
                }
            }

            _streamCreated = created;
            _sequence = 0;
            Entries++;
        }
    }

    /// <summary>The losses of a node told lately.</summary>
    public LossWindow Losses(string node)
    {
        lock (_gate)
        {
            return Node(node).Losses;
        }
    }

    /// <summary>Whether the frame's events have all been judged; a frame without events never is, since it tells of others.</summary>
    public bool IsJudged(EventFrameHeader frame)
    {
        lock (_gate)
        {
            return frame.Count > 0 && Load(frame).IsJudged(frame.FirstOffset, frame.EndOffset);
        }
    }

    /// <summary>Whether the frame shows a hole: events that are stored by what it says, and never came.</summary>
    public bool ShowsHole(EventFrameHeader frame)
    {
        lock (_gate)
        {
            return Load(frame).HasHolesBelow(Math.Min(frame.Settled, frame.FirstOffset));
        }
    }

    /// <summary>The events of a frame's load that had come before its account was opened.</summary>
    public ToldEvents ToldBefore(EventFrameHeader frame)
    {
        lock (_gate)
        {
            return Load(frame).ToldBefore;
        }
    }

    /// <summary>A frame could not be decoded: the next hole of its node is its.</summary>
    /// <param name="safeNode">The node, as the subject names it.</param>
    /// <param name="sequence">Sequence of the frame.</param>
    public void EnterUnreadable(string safeNode, long sequence)
    {
        lock (_gate)
        {
            if (_unreadable.Count < MaxNodes)
            {
                _unreadable.Add(safeNode);
            }

            _sequence = sequence;
            Entries++;
        }
    }

    /// <summary>
    /// Enters what a frame tells before its events are judged: losses of its node, and its holes. They are for
    /// <paramref name="reason"/> unless the books know a better one.
    /// </summary>
    /// <returns>How many events its holes are.</returns>
    public long EnterTold(EventFrameHeader frame, string reason)
    {
        lock (_gate)
        {
            var node = Node(frame.Node);
            var load = Load(frame);
            foreach (var loss in frame.Losses)
            {
                node.Losses.Tell(loss.Reason, loss.Count, loss.From, loss.To);
            }

            var unreadable = _unreadable.Remove(Subjects.Safe(frame.Node));
            if (node.StreamForgotten)
            {
                // The first frame of the new stream; which of the numbers before it are stored, later ones may say only.
                load.ForgottenBelow = frame.FirstOffset;
                node.StreamForgotten = false;
            }

            var told = Math.Min(frame.Settled, frame.FirstOffset);
            var lost = Lose(node, load, Math.Min(told, load.ForgottenBelow), unreadable ? LossReasons.BadFrame : LossReasons.BusRestart, frame.Watermark)
                + Lose(node, load, told, unreadable ? LossReasons.BadFrame : reason, frame.Watermark);
            load.Watermark = Math.Max(load.Watermark, frame.Watermark);
            return lost;
        }
    }

    /// <summary>Enters the first <paramref name="judged"/> events of a frame as judged, the others as lost, and the frame as read.</summary>
    /// <returns>How many were lost.</returns>
    public long EnterJudged(EventFrameHeader frame, int judged, long sequence)
    {
        lock (_gate)
        {
            var load = Load(frame);
            if (judged > 0)
            {
                load.Judge(frame.FirstOffset, frame.FirstOffset + judged);
            }

            var lost = load.Lose(frame.FirstOffset + judged, frame.EndOffset, LossReasons.BadFrame);
            if (lost > 0)
            {
                Node(frame.Node).Losses.Tell(LossReasons.BadFrame, lost, load.Watermark, frame.Watermark);
            }

            load.Tell(frame);
            _sequence = sequence;
            Entries++;
            return lost;
        }
    }

    /// <summary>The books as the lease record tells them.</summary>
    public LeaseRecord ToRecord(string owner, long fence)
    {
        lock (_gate)
        {
            return new LeaseRecord
            {
                Owner = owner,
                Fence = fence,
                Sequence = _sequence,
                StreamCreated = _streamCreated,
                Nodes = _nodes.Where(n => n.Value.Current is not null).ToDictionary(n => n.Key, n => n.Value.ToRecord()!),
            };
        }
    }

    private static long Lose(NodeBooks node, LoadAccount load, long below, string reason, long watermark)
    {
        var lost = load.Lose(0, below, reason);
        if (lost > 0)
        {
            // Holes are known by their number in the partition; in the node's order they lie between the two frames.
            node.Losses.Tell(reason, lost, load.Watermark, watermark);
        }

        return lost;
    }

    private NodeBooks Node(string name)
    {
        if (!_nodes.TryGetValue(name, out var node))
        {
            if (_nodes.Count == MaxNodes)
            {
                _nodes.Remove(_nodes.MinBy(n => n.Value.Heard).Key);
            }

            node = new NodeBooks(null, _time);
            _nodes[name] = node;
        }

        node.Heard = Entries;
        return node;
    }

    private LoadAccount Load(EventFrameHeader frame) => Node(frame.Node).Load(frame);
}
