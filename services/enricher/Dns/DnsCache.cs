using System.Runtime.InteropServices;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Enricher.Lookups;

namespace TraceeMesh.Enricher.Dns;

/// <summary>
/// Which name resolved to what, with its past: a graph of names and addresses whose links are the answers seen on the node.
/// Times are ns since boot. Bounded: what was spoken of longest ago makes room, first what nobody can ask for any more.
/// </summary>
/// <remarks>Not synchronised: whoever applies records and whoever asks share <see cref="NodeStores.Gate"/>.</remarks>
/// <param name="capacity">Names and addresses kept.</param>
public sealed class DnsCache(int capacity = DnsLimits.Nodes)
{
    /// <summary>How long a link that ran out can be asked for: as long as events of its time can be judged.</summary>
    public static readonly TimeSpan Retention = StreamTable.EventsMaxAge;

    private const int EdgesPerNode = 4;

    // Of the nodes spoken of longest ago, how many are looked at for one that nobody can ask for any more.
    private const int EvictionChoices = 4;

    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly Dictionary<byte[], DnsNode> _nodes = new(ByteArrayComparer.Instance);
    private readonly Dictionary<ulong, long> _tombstones = [];
    private readonly Queue<ulong> _tombstoneOrder = new();
    private readonly DnsWalk _walk = new();

    // Of the message that is being added.
    private readonly byte[] _text = new byte[DnsLimits.NameText];
    private readonly byte[] _asked = new byte[DnsKey.MaxBytes];
    private readonly byte[] _owner = new byte[DnsKey.MaxBytes];
    private readonly byte[] _child = new byte[DnsKey.MaxBytes];

    private DnsNode? _oldest;
    private DnsNode? _newest;
    private DnsNode? _first;
    private DnsNode? _last;
    private long _numbers;
    private long _forgottenUntil;
    private long _now;

    /// <summary>Names and addresses kept.</summary>
    public int Count => _nodes.Count;

    /// <summary>Links kept.</summary>
    public int Edges { get; private set; }

    /// <summary>Names and addresses that made room for others while they could still be asked for.</summary>
    public long Evicted { get; private set; }

    /// <summary>Links that made room for others of the same name or address while they could still be asked for.</summary>
    public long EvictedEdges { get; private set; }

    /// <summary>From here on the history is complete.</summary>
    public StorePosition HistoryFrom { get; private set; }

    /// <summary>From this time on the history is complete, ns since boot.</summary>
    public long HistoryFromTime { get; private set; }

    /// <summary>Says that the store begins here: what was before is not known.</summary>
    /// <param name="position">Where.</param>
    /// <param name="time">When, ns since boot.</param>
    public void Begin(StorePosition position, long time)
    {
        HistoryFrom = position;
        HistoryFromTime = time;
    }

    /// <summary>Forgets everything: the node was booted.</summary>
    /// <param name="position">Where the new history begins.</param>
    /// <param name="time">When, ns since the new boot.</param>
    public void Clear(StorePosition position, long time)
    {
        _nodes.Clear();
        _tombstones.Clear();
        _tombstoneOrder.Clear();
        _oldest = _newest = _first = _last = null;
        _forgottenUntil = _now = 0;
        Edges = 0;
        Begin(position, time);
    }

    /// <summary>Takes what an answer says. A question, and an answer that does not have exactly one question, says nothing.</summary>
    /// <param name="message">The message.</param>
    /// <param name="position">Position of its record.</param>
    /// <param name="time">Time of its record, ns since boot.</param>
    public void Add(in DnsMessage message, StorePosition position, long time)
    {
        var questions = message.Questions;
        if (!message.IsResponse || message.OpCode != DnsText.Query || message.Answers.Count == 0 || questions.Count != 1 || !questions.MoveNext() || questions.Current.Class != DnsText.Internet)
        {
            return;
        }

        _now = Math.Max(_now, time);
        ReadOnlySpan<byte> asked = _asked.AsSpan(0, NameKey(message, questions.Current.NameAt, _asked));
        if (asked.IsEmpty)
        {
            return;
        }

        // Aliases first: they say to which name, and so to which question, the other records belong.
        var root = Take(asked);
        var others = 0;
        foreach (var record in message.Answers)
        {
            if (record.Type == DnsText.Cname)
            {
                Add(message, record, root, asked, position, time);
            }
            else
            {
                others++;
            }
        }

        foreach (var record in message.Answers)
        {
            if (others > 0 && record.Type != DnsText.Cname)
            {
                Add(message, record, root, asked, position, time);
            }
        }

        MakeRoom();
    }

    /// <summary>Finds what is linked with a name or an address.</summary>
    /// <param name="key">See <see cref="DnsKey"/>.</param>
    /// <param name="at">As of which position.</param>
    /// <param name="time">As of which time, ns since boot.</param>
    /// <param name="walk">What was found; until the next question.</param>
    /// <returns>Found; NotFound; or Expired where it, or its past, is no longer there to say.</returns>
    internal LookupStatus Find(ReadOnlySpan<byte> key, in AsOf at, long time, out DnsWalk walk)
    {
        walk = _walk;
        if (_nodes.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out var node))
        {
            return Find(node, at, time, out walk);
        }

        var forgotten = time < _forgottenUntil || IsBeforeHistory(at) || (_tombstones.TryGetValue(Hash.Of(key), out var until) && time < until);
        return forgotten ? LookupStatus.Expired : LookupStatus.NotFound;
    }

    /// <summary>The same for a node that is known.</summary>
    internal LookupStatus Find(DnsNode node, in AsOf at, long time, out DnsWalk walk)
    {
        walk = _walk;
        _walk.Begin(node, at, time);
        return _walk.Found ? LookupStatus.Found
            : _walk.Lost || IsBeforeHistory(at) ? LookupStatus.Expired
            : LookupStatus.NotFound;
    }

    /// <summary>The first node behind one of them, in the order in which they came; null where there is none.</summary>
    internal DnsNode? After(long number)
    {
        var node = _first;
        while (node is not null && node.Number <= number)
        {
            node = node.Later;
        }

        return node;
    }

    private bool IsBeforeHistory(in AsOf at) => at.HasPosition ? at.Position < HistoryFrom : at.Time < HistoryFromTime;

    private int NameKey(in DnsMessage message, int nameAt, Span<byte> key) => DnsKey.OfName(_text.AsSpan(0, message.WriteName(nameAt, _text)), key);

    private void Add(in DnsMessage message, in DnsRecord record, DnsNode root, ReadOnlySpan<byte> asked, StorePosition position, long time)
    {
        var data = message.Bytes.Slice(record.DataAt, record.DataLength);
        var length = record.Class != DnsText.Internet ? 0 : record.Type switch
        {
            DnsText.A or DnsText.Aaaa => DnsKey.OfAddress(data, _child),
            DnsText.Cname or DnsText.Ptr => NameKey(message, record.DataAt, _child),
            DnsText.Mx => NameKey(message, record.DataAt + DnsData.MxNumbers, _child),
            DnsText.Srv => NameKey(message, record.DataAt + DnsData.SrvNumbers, _child),
            _ => 0,
        };
        if (length == 0)
        {
            return;
        }

        ReadOnlySpan<byte> owner = _owner.AsSpan(0, NameKey(message, record.NameAt, _owner));
        var parent = !owner.SequenceEqual(asked) && _nodes.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(owner, out var known) ? known : root;
        var child = Take(_child.AsSpan(0, length));
        if (child != parent)
        {
            Link(parent, child, position, time, time + (Seconds(record.TimeToLive) * NanosecondsPerSecond));
        }
    }

    // A time to live with its first bit set is none (RFC 2181). One of none still holds for the second in which it was
    // given: it is for whoever asked.
    private static long Seconds(uint timeToLive) => timeToLive > int.MaxValue ? 1 : Math.Max(timeToLive, 1);

    private DnsNode Take(ReadOnlySpan<byte> key)
    {
        ref var node = ref CollectionsMarshal.GetValueRefOrAddDefault(_nodes.GetAlternateLookup<ReadOnlySpan<byte>>(), key, out var exists);
        if (!exists)
        {
            node = new DnsNode(key.ToArray(), ++_numbers);
            Append(node);
            if (_tombstones.Count > 0 && _tombstones.TryGetValue(Hash.Of(key), out var until))
            {
                node.LostUntil = until;
            }
        }
        else
        {
            Unlist(node!);
        }

        node!.Older = _newest;
        node.Newer = null;
        _oldest ??= node;
        if (_newest is not null)
        {
            _newest.Newer = node;
        }

        return _newest = node;
    }

    private void Unlist(DnsNode node)
    {
        if (node.Older is null)
        {
            _oldest = node.Newer;
        }
        else
        {
            node.Older.Newer = node.Newer;
        }

        if (node.Newer is null)
        {
            _newest = node.Older;
        }
        else
        {
            node.Newer.Older = node.Older;
        }
    }

    private void Link(DnsNode parent, DnsNode child, StorePosition position, long time, long until)
    {
        var edge = FindEdge(parent, child);
        if (edge is null)
        {
            MakeRoomFor(ref parent.Children);
            MakeRoomFor(ref child.Parents);
            edge = new DnsEdge(parent, child);
            parent.Children.Add(edge);
            child.Parents.Add(edge);
            Edges++;
        }

        Lose(edge, edge.Say(position, time, until));
    }

    private static DnsEdge? FindEdge(DnsNode parent, DnsNode child)
    {
        var edges = parent.Children.Count < child.Parents.Count ? parent.Children.Span : child.Parents.Span;
        foreach (var edge in edges)
        {
            if (edge.Parent == parent && edge.Child == child)
            {
                return edge;
            }
        }

        return null;
    }

    private void MakeRoomFor(ref DnsEdgeList list)
    {
        if (list.Count < DnsLimits.NodeEdges)
        {
            return;
        }

        var edge = list.Span[0];
        EvictedEdges += CanBeAsked(edge.Until) ? 1 : 0;
        Unlink(edge);
    }

    private void Unlink(DnsEdge edge)
    {
        edge.Parent.Children.Remove(edge);
        edge.Child.Parents.Remove(edge);
        Edges--;
        Lose(edge, edge.Until);
    }

    private static void Lose(DnsEdge edge, long until)
    {
        edge.Parent.LostUntil = Math.Max(edge.Parent.LostUntil, until);
        edge.Child.LostUntil = Math.Max(edge.Child.LostUntil, until);
    }

    private bool CanBeAsked(long until) => until > _now - (long)Retention.TotalNanoseconds;

    private void MakeRoom()
    {
        while (_nodes.Count > capacity || Edges > capacity * EdgesPerNode)
        {
            Evict(Choose());
        }
    }

    private DnsNode Choose()
    {
        var node = _oldest;
        for (var i = 0; i < EvictionChoices && node is not null; i++, node = node.Newer)
        {
            if (!CanBeAsked(LastUntil(node)))
            {
                return node;
            }
        }

        return _oldest!;
    }

    private static long LastUntil(DnsNode node)
    {
        var until = node.LostUntil;
        foreach (var edge in node.Children.Span)
        {
            until = Math.Max(until, edge.Until);
        }

        foreach (var edge in node.Parents.Span)
        {
            until = Math.Max(until, edge.Until);
        }

        return until;
    }

    private void Evict(DnsNode node)
    {
        var until = LastUntil(node);
        if (CanBeAsked(until))
        {
            Evicted++;
            Bury(Hash.Of(node.Key), until);
        }
        else
        {
            _forgottenUntil = Math.Max(_forgottenUntil, until);
        }

        while (node.Children.Count > 0)
        {
            Unlink(node.Children.Span[^1]);
        }

        while (node.Parents.Count > 0)
        {
            Unlink(node.Parents.Span[^1]);
        }

        Unlist(node);
        _nodes.Remove(node.Key);
        Remove(node);
    }

    private void Bury(ulong hash, long until)
    {
        if (!_tombstones.TryAdd(hash, until))
        {
            _tombstones[hash] = Math.Max(_tombstones[hash], until);
            return;
        }

        _tombstoneOrder.Enqueue(hash);
        if (_tombstoneOrder.Count > DnsLimits.Tombstones && _tombstones.Remove(_tombstoneOrder.Dequeue(), out var forgotten))
        {
            _forgottenUntil = Math.Max(_forgottenUntil, forgotten);
        }
    }

    // The list of all nodes in the order in which they came.
    private void Append(DnsNode node)
    {
        node.Earlier = _last;
        _first ??= node;
        if (_last is not null)
        {
            _last.Later = node;
        }

        _last = node;
    }

    private void Remove(DnsNode node)
    {
        if (node.Earlier is null)
        {
            _first = node.Later;
        }
        else
        {
            node.Earlier.Later = node.Later;
        }

        if (node.Later is null)
        {
            _last = node.Earlier;
        }
        else
        {
            node.Later.Earlier = node.Earlier;
        }
    }
}
