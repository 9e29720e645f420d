using TraceeMesh.Enricher.Lookups;

namespace TraceeMesh.Enricher.Dns;

/// <summary>
/// What a name or an address leads to and what leads to it, as of a moment: itself, all it leads to, then straight up what leads
/// to it. No node is visited twice, and no more than <see cref="DnsLimits.Walk"/> are. Reused from walk to walk.
/// </summary>
internal sealed class DnsWalk
{
    private readonly List<DnsNode> _down = [];
    private readonly List<DnsNode> _up = [];
    private StorePosition _position;
    private long _time;
    private long _number;
    private int _left;
    private bool _ended;

    /// <summary>Itself and what it leads to, in the order in which it was learnt.</summary>
    public List<DnsNode> Down => _down;

    /// <summary>What leads to it: the last one is the first of the answer.</summary>
    public List<DnsNode> Up => _up;

    /// <summary>Whether anything is linked with it.</summary>
    public bool Found => _down.Count + _up.Count > 1;

    /// <summary>Whether something that held then made room for others.</summary>
    public bool Lost { get; private set; }

    /// <summary>Whether there is more than an answer holds.</summary>
    public bool Truncated => _left < 0;

    /// <summary>From here on the answer was the same; the position asked for where something ran out before.</summary>
    public StorePosition From { get; private set; }

    /// <summary>Walks.</summary>
    /// <param name="start">Where it begins.</param>
    /// <param name="at">As of which position.</param>
    /// <param name="time">As of which time, ns since boot.</param>
    public void Begin(DnsNode start, in AsOf at, long time)
    {
        _down.Clear();
        _up.Clear();
        _position = at.Position;
        _time = time;
        _number++;
        _left = DnsLimits.Walk;
        _ended = false;
        Lost = false;
        From = StorePosition.Beginning;
        if (TryVisit(start))
        {
            GoDown(start);
            GoUp(start);
        }

        From = _ended ? at.Position : From;
    }

    private void GoDown(DnsNode node)
    {
        _down.Add(node);
        foreach (var edge in node.Children.Span)
        {
            if (Holds(edge) && TryVisit(edge.Child))
            {
                GoDown(edge.Child);
            }
        }
    }

    private void GoUp(DnsNode node)
    {
        foreach (var edge in node.Parents.Span)
        {
            if (Holds(edge) && TryVisit(edge.Parent))
            {
                _up.Add(edge.Parent);
                GoUp(edge.Parent);
            }
        }
    }

    private bool Holds(DnsEdge edge)
    {
        if (!edge.Holds(_position, _time, out var from, ref _ended))
        {
            return false;
        }

        From = from > From ? from : From;
        return true;
    }

    private bool TryVisit(DnsNode node)
    {
        if (node.Walk == _number || --_left < 0)
        {
            return false;
        }

        node.Walk = _number;
        Lost |= _time < node.LostUntil;
        return true;
    }
}
