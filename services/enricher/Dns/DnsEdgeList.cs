using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace TraceeMesh.Enricher.Dns;

/// <summary>The links of a node in one direction, in the order in which they were learnt. Most nodes have one, which needs no array.</summary>
internal struct DnsEdgeList
{
    private DnsEdge _one;
    private DnsEdge[]? _many;

    public int Count { get; private set; }

    [UnscopedRef]
    public readonly ReadOnlySpan<DnsEdge> Span => _many is not null ? _many.AsSpan(0, Count) : MemoryMarshal.CreateReadOnlySpan(in _one, Count);

    public void Add(DnsEdge edge)
    {
        if (Count == 0 && _many is null)
        {
            _one = edge;
            Count = 1;
            return;
        }

        _many ??= [_one, null!];
        if (Count == _many.Length)
        {
            Array.Resize(ref _many, Count * 2);
        }

        _many[Count++] = edge;
    }

    public void Remove(DnsEdge edge)
    {
        Count--;
        if (_many is null)
        {
            _one = null!;
            return;
        }

        var at = Array.IndexOf(_many, edge);
        _many.AsSpan((at + 1)..(Count + 1)).CopyTo(_many.AsSpan(at));
        _many[Count] = null!;
    }
}
