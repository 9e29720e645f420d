using TraceeMesh.Contracts;

namespace TraceeMesh.Enricher.Dns;

/// <summary>A name or an address, and what records link it with.</summary>
/// <param name="key">See <see cref="DnsKey"/>.</param>
/// <param name="number">In the order in which they came.</param>
internal sealed class DnsNode(byte[] key, long number)
{
    private DataValue? _value;

    public byte[] Key => key;

    public long Number => number;

    public bool IsAddress => DnsKey.IsAddress(key);

    /// <summary>What it leads to, in the order in which it was learnt.</summary>
    public DnsEdgeList Children;

    /// <summary>What leads to it, in the order in which it was learnt.</summary>
    public DnsEdgeList Parents;

    /// <summary>Before this time a link of it may have held that made room for others, ns since boot.</summary>
    public long LostUntil;

    /// <summary>The walk that came by last.</summary>
    public long Walk;

    // The list of all nodes by when a record spoke of them last.
    public DnsNode? Older;
    public DnsNode? Newer;

    // The list of all nodes in the order in which they came.
    public DnsNode? Earlier;
    public DnsNode? Later;

    /// <summary>The text of answers.</summary>
    public DataValue Value => _value ??= DataValue.Of(DnsKey.Text(key));
}
