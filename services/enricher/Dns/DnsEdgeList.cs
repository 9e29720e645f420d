namespace TraceeMesh.Enricher.Dns;

/// <summary>The links of a node in one direction, in the order in which they were learnt.</summary>
internal struct DnsEdgeList
{
    private DnsEdge[]? _edges;

    public int Count { get; private set; }

    public readonly ReadOnlySpan<DnsEdge> Span => _edges.AsSpan(0, Count);

    public void Add(DnsEdge edge)
    {
        if (_edges is null || Count == _edges.Length)
        {
            Array.Resize(ref _edges, Math.Max(1, Count * 2));
        }

        _edges[Count++] = edge;
    }

    public void Remove(DnsEdge edge)
    {
        var at = Array.IndexOf(_edges!, edge, 0, Count);
        _edges.AsSpan((at + 1)..Count).CopyTo(_edges.AsSpan(at));
        _edges![--Count] = null!;
    }
}
